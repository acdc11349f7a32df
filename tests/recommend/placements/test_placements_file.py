"""The placements file: read strictly, every error with its file, key, value and what was expected."""

from pathlib import Path

import pytest

from graph import InvalidValue
from recommend.placements import Placements

RETAIL = Path("packs/retail/placements.yaml")
PLACE = "placements:\n  home:\n    sources: {popular: 10}\n    weights: {popular: 1}\n"


def test_the_retail_pack_has_the_five_places() -> None:
    placements = Placements.read(RETAIL)
    assert sorted(placements.places) == ["cart", "discover", "email", "homepage", "product_page"]
    assert placements.customers == "households"
    assert placements.place("discover").filters.bought


def test_the_version_is_that_of_the_content() -> None:
    assert Placements.parse(PLACE).version == Placements.parse(PLACE, "other.yaml").version
    assert Placements.parse(PLACE).version != Placements.parse(PLACE + "    k: 3\n").version


@pytest.mark.parametrize(
    "text, message",
    [
        (PLACE + "    kk: 3\n", "shop.yaml: placements.home.kk: got 3"),
        (
            PLACE + "    k: 0\n",
            "shop.yaml: placements.home.k: got 0, expected Input should be greater than or equal to 1",
        ),
        (PLACE + "    k: many\n", "shop.yaml: placements.home.k: got 'many', expected Input should be a valid integer"),
        (
            PLACE.replace("popular: 1}", "fame: 1}"),
            "shop.yaml: placements.home.weights.fame: got 'fame', expected Input should be 'long_term'",
        ),
        (
            PLACE.replace("popular: 1}", "session: learnt}"),
            "shop.yaml: placements.home: got {'sources': {'popular': 10}, 'weights': {'session': 'learnt'}}, expected "
            "a weight of likely beside `session: learnt`",
        ),
        (PLACE.replace("popular: 1}", "popular: learnt}"), "shop.yaml: placements.home.weights.popular: got 'learnt'"),
        (PLACE.replace("popular: 1}", "popular: .nan}"), "shop.yaml: placements.home.weights.popular: got nan"),
        (
            PLACE + "    filters: {where: 'prise < 5'}\n",
            "placements.home.filters.where: got 'prise < 5', expected a CEL condition over the product; column 1",
        ),
        (
            PLACE + "    rules: [{name: a, action: exclude, where: 'price'}]\n",
            "placements.home.rules.0.where: got 'price', expected a CEL condition that is true or false",
        ),
        (PLACE + "    rules: [{name: a, action: pin, products: [x]}]\n", "expected a position for a pin"),
        (PLACE + "    rules: [{name: a, action: boost, products: [x]}]\n", "expected a factor"),
        (
            PLACE + "    rules: [{name: a, action: boost, products: [x], factor: 0.5}]\n",
            "expected a factor over 1 for boost",
        ),
        (PLACE + "    rules: [{name: a, action: exclude}]\n", "expected either products or where"),
        (PLACE + "    rules: [{name: a, action: exclude, products: [x], since: 2024-01-01T00:00:00}]\n", "timezone"),
        (
            PLACE
            + "    rules: [{name: a, action: exclude, products: [x],"
            + " since: 2024-01-02T00:00:00Z, until: 2024-01-01T00:00:00Z}]\n",
            "since to be before until",
        ),
        (PLACE + "    k: 3\n    k: 4\n", "'k' stands twice"),
        ("placements: [", "shop.yaml, line 1, column 14"),
        ("", "shop.yaml: the file: got None"),
        ("placements: {}", "shop.yaml: placements: got {}"),
    ],
)
def test_a_mistake_is_told_with_its_key_value_and_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Placements.parse(text, "shop.yaml")
    assert message in str(refused.value)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(InvalidValue, match=r"nowhere\.yaml"):
        Placements.read(Path("nowhere.yaml"))
