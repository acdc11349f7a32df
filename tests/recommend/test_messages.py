"""Messages: a placement that is one is withheld when it would come at the wrong moment, and says why."""

from collections.abc import Sequence
from typing import Any

import pytest

from graph import HOUR, Instant, Profile
from recommend.answers import Placement, PlacementRequest
from recommend.placements import Placements
from tests.recommend.shop import NOW, PLACEMENTS, Shop, profile, said

MESSAGES = PLACEMENTS + "".join(
    f"  {kind}: {{kind: {kind}, sources: {{popular: 10}}, weights: {{popular: 1}}}}\n"
    for kind in ("marketing", "service", "transactional")
)
QUIET = "it is within the quiet hours"
AT_TEN = "10:00-11:00"
"""NOW is ten o'clock UTC."""


def told(asker: Profile, kind: str = "marketing", now: Instant = NOW, **options: Any) -> Placement:
    shop = Shop(Placements.parse(MESSAGES), options=options)
    return shop.answer(asker, PlacementRequest(name=kind), now=now).placements[0]


@pytest.mark.parametrize("kind", ["marketing", "service"])
def test_in_quiet_hours_no_message_is_made_that_is_not_transactional(kind: str) -> None:
    asker = profile("anna", preferences={"quiet_hours": said(AT_TEN)})
    quiet = told(asker, kind)
    assert (quiet.items, quiet.withheld) == ((), (QUIET,))
    for one in (told(asker, kind, now=Instant(NOW + HOUR)), told(asker, "transactional"), told(asker, "homepage")):
        assert one.items and not one.withheld


@pytest.mark.parametrize(
    ("trait", "zone", "withheld"),
    [
        ("Europe/Amsterdam", "UTC", ()),  # where it is eleven
        ("UTC", "Europe/Amsterdam", (QUIET,)),
        (None, "Europe/Amsterdam", ()),
        ("Mars/Base", "UTC", (QUIET,)),
    ],
)
def test_quiet_hours_are_in_the_customer_s_zone_else_in_the_shop_s(
    trait: str | None, zone: str, withheld: tuple[str, ...]
) -> None:
    traits = {} if trait is None else {"timezone": said(trait)}
    asker = profile("anna", preferences={"quiet_hours": said(AT_TEN)}, traits=traits)
    assert told(asker, zone=zone).withheld == withheld


@pytest.mark.parametrize(
    ("sent", "withheld"),
    [
        ([], ()),
        ([NOW - HOUR], ()),
        ([NOW - HOUR, NOW], ("more than 2 in 7 days are not wished for",)),
        (None, ("how many were sent in 7 days cannot be told",)),
    ],
)
def test_a_message_too_many_is_withheld(sent: Sequence[Instant] | None, withheld: tuple[str, ...]) -> None:
    asked_about = []

    def contacts(asker: Profile, days: int, now: Instant) -> Sequence[Instant] | None:
        asked_about.append((asker, days, now))
        return sent

    asker = profile("anna", preferences={"frequency": said("2 per week")})
    found = told(asker, contacts=contacts)
    assert found.withheld == withheld and bool(found.items) is not bool(withheld)
    assert told(asker, "transactional", contacts=contacts).items
    assert asked_about[0] == (asker, 7, NOW)


def test_where_nobody_counts_messages_a_frequency_permits_none() -> None:
    asker = profile("anna", preferences={"frequency": said("2 per week")})
    assert told(asker).withheld == ("how many were sent in 7 days cannot be told",)
    assert not told(profile("anna")).withheld
