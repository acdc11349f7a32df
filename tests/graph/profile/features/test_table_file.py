"""The pack's file of features: what Patron ships can be used, and what cannot be is refused by file and place."""

from pathlib import Path

import pytest

from graph import InvalidValue
from graph.profile.features.table_file import parse_feature_table, read_feature_table

PACKS = Path(__file__).parents[4] / "packs"


@pytest.mark.parametrize(("pack", "least"), [("retail", 200), ("banking", 100), ("telecom", 100)])
def test_every_pack_we_ship_can_be_read(pack: str, least: int) -> None:
    table = read_feature_table(PACKS / pack / "profile.yaml")
    assert len(table.features) >= least
    assert len(table.plans) < len(table.features) / 4, "features share their state"


def test_one_entry_is_a_feature_for_every_window_and_segment() -> None:
    table = parse_feature_table(
        "windows: {usual: [7d, 30d]}\nsegments: {dairy: {category: MILK}}\n"
        "features: {spent: {kind: sum, of: OrderLine, value: value, windows: usual, segments: [dairy]}}"
    )
    assert list(table.features) == ["spent.7d", "spent.30d", "spent.dairy.7d", "spent.dairy.30d"]


VIEWS = "features: {views: {kind: count, of: Viewed, windows: [7d]%s}}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("features: [", "p.yaml, line 1, column 12: got "),
        ("features: {a: {}, a: {}}", "p.yaml, line 1, column 19: got \"'a' stands twice\""),
        ("[]", "p.yaml: the file: got [], expected `object`"),
        ("windows: {}", "p.yaml: the file: got {'windows': {}}, expected a field `features`"),
        (VIEWS % "" + "\nshops: 1", "expected no field `shops`"),
        (VIEWS % "" + "\ntimezone: Mars/Olympus", "p.yaml: timezone: got 'Mars/Olympus', expected the name of a time"),
        (VIEWS % "" + "\ntastes: {brands: -1}", "p.yaml: tastes.brands: got -1.0, expected a half-life of 0 to 10000"),
        (VIEWS % "" + "\ntastes: {brands: long}", "p.yaml: tastes.brands: got 'long', expected `float`"),
        ("features: {'a b': {kind: count, of: Viewed, windows: [7d]}}", "p.yaml: features: got 'a b', expected names"),
        (
            "features: {a: {kind: median, of: Viewed}}",
            "p.yaml: features.a.kind: got 'median', expected count, sum, mean",
        ),
        ("features: {a: {kind: count, of: Seen, windows: [7d]}}", "p.yaml: features.a.of: got 'Seen', expected one of"),
        (
            "features: {a: {kind: count, of: Viewed, windows: [25h]}}",
            "features.a.windows: got '25h', expected 1h to 24h",
        ),
        (
            "features: {a: {kind: count, of: Viewed, windows: often}}",
            "features.a.windows: got 'often', expected a list",
        ),
        ("features: {a: {kind: count, of: Viewed, windows: []}}", "features.a.windows: got [], expected at least one"),
        (
            "features: {a: {kind: sum, of: Viewed, value: price, windows: [7d]}}",
            "features.a.value: got 'price', expected",
        ),
        (
            VIEWS % ", where: {colour: red}",
            "p.yaml: features.views.where.colour: got 'colour', expected a field of Viewed",
        ),
        (VIEWS % ", where: {channel: 3}", "features.views.where.channel: got 3, expected a text or a list of texts"),
        (VIEWS % ", where: {channel: {least: 3}}", "features.views.where.channel: got {'least': 3}, expected a text"),
        (
            VIEWS % ", where: {seconds: {more: 3}}",
            "features.views.where.seconds: got {'more': 3}, expected numbers under",
        ),
        (VIEWS % ", segments: [dairy]", "p.yaml: features.views.segments: got 'dairy', expected one of none"),
        (VIEWS % ", every: month", "expected no field `every`"),
        (
            "features: {a: {kind: distinct, of: Viewed, by: session, where: {category: MILK}, windows: [7d]}}",
            "p.yaml: features.a.segments: got 'category', expected a segment by fields of Viewed itself",
        ),
        (
            "features: {a: {kind: distinct, of: Viewed, by: day, windows: [24h]}}",
            "p.yaml: features.a.windows: got '24h', expected windows of whole days",
        ),
        (
            "features: {a: {kind: streak, of: Viewed, every: month, up_to: 99}}",
            "features.a.up_to: got 99, expected a whole",
        ),
        ("features: {a: {kind: periods, of: Viewed, every: week, last: 4, reaches: 5}}", "features.a.reaches: got 5"),
        (
            "features: {a: {kind: last, of: OrderLine, value: category}}",
            "features.a.value: got 'category', expected a field",
        ),
        (
            "features: {a: {kind: rate, of: b, to: c, windows: [7d]}}",
            "p.yaml: features.a.7d: got 'b.7d', expected the name",
        ),
    ],
)
def test_what_is_wrong_is_told_by_file_place_value_and_expectation(text: str, told: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_feature_table(text, "p.yaml")
    assert told in str(refused.value)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(InvalidValue, match=r"profile: got '/nowhere/profile\.yaml', expected a readable UTF-8 file"):
        read_feature_table(Path("/nowhere/profile.yaml"))
