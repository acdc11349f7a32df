"""Consent: what a deployment takes for granted, and what the recorded choices change of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from graph import CustomerId, InvalidValue, ProductId, Stamp
from graph.events.family import ConsentChanged, CustomerEvent, Delivered, Viewed
from graph.identity.consent import DEFAULTS, ConsentDefaults, Purpose, is_withheld
from graph.profile.fold import fold
from graph.profile.profile import Dated
from tests.graph.identity.linking import head
from tests.graph.profile.some_events import ANN as PERSON
from tests.graph.profile.some_events import histories, numbered


def test_what_is_not_named_stays_as_shipped() -> None:
    assert DEFAULTS.denied == {"profiling"}
    assert ConsentDefaults.parse("marketing=denied, profiling=granted").denied == {"marketing"}
    assert ConsentDefaults.parse("") == DEFAULTS


@pytest.mark.parametrize("text", ["marketing", "sales=denied", "marketing=maybe", "=denied"])
def test_a_default_nobody_understands_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"consent: got .*, expected purpose=choice, separated by commas: analytics"):
        ConsentDefaults.parse(text)


def test_a_recorded_choice_overrides_the_default() -> None:
    bank = ConsentDefaults.parse("marketing=denied")
    choices = {"marketing": Dated(Stamp(), True), "analytics": Dated(Stamp(), False)}
    assert bank.permit(choices, Purpose.MARKETING) and not bank.permit({}, Purpose.MARKETING)
    assert bank.refused(choices) == ("analytics",) and bank.refused({}) == ("marketing",)


def test_one_refusal_of_several_leaves_is_enough_and_none_leaves_the_default() -> None:
    bank = ConsentDefaults.parse("analytics=denied")
    for defaults, nothing_said in ((DEFAULTS, True), (bank, False)):
        assert defaults.permit_all([None, True], Purpose.ANALYTICS)
        assert not defaults.permit_all([False, True, None], Purpose.ANALYTICS)
        assert defaults.permit_all([None], Purpose.ANALYTICS) is nothing_said


def test_only_what_was_observed_is_withheld() -> None:
    marked = {**head(1, CustomerId("user:ann")), "denied": ("personalization",)}
    seen = Viewed(**marked, product=ProductId("milk"))
    assert is_withheld(seen, Purpose.PERSONALIZATION) and is_withheld(seen, Purpose.ANALYTICS, Purpose.PERSONALIZATION)
    assert not is_withheld(seen, Purpose.ANALYTICS)
    for stated in (ConsentChanged(**marked, consents={}), Delivered(**marked)):
        assert not is_withheld(stated, *Purpose)


@settings(deadline=None, max_examples=50)
@given(histories(), st.lists(st.booleans(), min_size=30, max_size=30))
def test_a_profile_is_as_if_what_was_refused_had_never_been_seen(
    events: list[CustomerEvent], marks: list[bool]
) -> None:
    marked = [
        replace(event, denied=("personalization",)) if mark else event
        for event, mark in zip(events, marks, strict=False)
    ]
    unseen = [event for event in marked if not is_withheld(event, Purpose.PERSONALIZATION)]
    with_them, without = fold(None, PERSON, numbered([*marked])), fold(None, PERSON, numbered([*unseen]))
    assert replace(with_them, seq=0) == replace(without, seq=0)
