"""Merchandising rules: pin, boost, bury, exclude, from a date until a date."""

import pytest

from graph import DAY, Instant, to_instant
from tests.recommend.shop import NOW, profile, shop_with

PLACE = "k: 4\nsources: {popular: 20}\nweights: {popular: 1}\nrules:\n"


def test_a_pin_stands_at_its_position_and_says_so() -> None:
    shop = shop_with(PLACE + "  - {name: launch, action: pin, position: 2, products: [wipes]}")
    item = shop.items(None, "place")[1]
    assert (item.product_id, item.source, item.reasons[0].kind) == ("wipes", "rule", "rule")
    assert "launch" in item.reasons[0].text


def test_a_pin_may_name_a_product_no_source_found() -> None:
    shop = shop_with(
        "k: 2\nsources: {popular: 1}\nweights: {popular: 1}\nrules:\n"
        "  - {name: new, action: pin, position: 1, where: 'name == \"Yoghurt\"'}"
    )
    assert shop.ids(None, "place")[0] == "yoghurt"


def test_a_pin_is_no_way_around_the_filters() -> None:
    shop = shop_with(PLACE + "  - {name: old, action: pin, position: 1, products: [tea]}")
    assert "tea" not in shop.ids(None, "place")
    assert "milk" not in shop.ids(None, "place", exclude=("milk",))


def test_two_pins_take_two_products_and_two_positions() -> None:
    shop = shop_with(
        PLACE
        + "  - {name: one, action: pin, position: 1, products: [wine, wipes]}\n"
        + "  - {name: two, action: pin, position: 3, products: [wine, wipes]}"
    )
    shown = shop.ids(None, "place")
    assert (shown[0], shown[2], len(shown)) == ("wine", "wipes", 4)


def test_boost_lifts_bury_lowers_and_exclude_removes() -> None:
    boosted = shop_with(PLACE + "  - {name: wine, action: boost, factor: 10, where: 'subcategory == \"WINE\"'}")
    buried = shop_with(PLACE + "  - {name: milk, action: bury, factor: 0.01, products: [milk]}")
    excluded = shop_with(PLACE + "  - {name: dairy, action: exclude, where: 'category == \"DAIRY\"'}")
    assert boosted.ids(None, "place")[0] == "wine"
    assert buried.ids(None, "place", k=12)[-3] == "milk"
    assert not {"milk", "butter", "cheese", "oat milk"} & set(excluded.ids(None, "place", k=12))


def test_a_rule_holds_from_its_date_until_its_date_in_its_zone() -> None:
    shop = shop_with(
        PLACE
        + "  - {name: advent, action: exclude, products: [milk],"
        + " since: 2024-12-01T00:00:00+01:00, until: 2024-12-02T00:00:00+01:00}"
    )
    rule = shop.placements.place("place").rules[0]
    assert rule.since is not None and rule.until is not None
    start, end = to_instant(rule.since), to_instant(rule.until)
    assert end - start == DAY
    assert [rule.active(Instant(at)) for at in (start - 1, start, end - 1, end)] == [False, True, True, False]


@pytest.mark.parametrize("days, held", [(-1, False), (1, True)])
def test_a_rule_that_is_over_changes_nothing(days: int, held: bool) -> None:
    until = "2020-01-01T00:00:00Z" if days < 0 else "2100-01-01T00:00:00Z"
    shop = shop_with(PLACE + f"  - {{name: dated, action: exclude, products: [milk], until: {until}}}")
    assert ("milk" not in shop.ids(profile("anna"), "place", now=NOW)) is held
