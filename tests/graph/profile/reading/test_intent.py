"""What a session is after, against what its customer usually does; tastes that fade; cheap and dear."""

from graph import DAY, MINUTE, Catalogue, Instant, Product, ProductId
from graph.events.family import AddedToCart, Context, CustomerEvent
from graph.profile.features.table_file import parse_feature_table
from graph.profile.fold import fold
from graph.profile.reading.intent import Stage
from graph.profile.reading.price_levels import PriceLevel, PriceLevels
from graph.profile.reading.reading import FeatureReader, Reading
from tests.graph.profile.features.small_table import SMALL
from tests.graph.profile.some_events import ANN, NOON, named, numbered, purchase, view

TABLE = parse_feature_table(SMALL)


def shelf() -> Catalogue:
    return Catalogue(
        Product(
            id=ProductId(f"{category}-{number}"), category=category.upper(), brand=f"brand {number}", price=100 + number
        )
        for category in ("milk", "toys")
        for number in range(9)
    )


def reading(events: list[CustomerEvent], now: int) -> Reading:
    return FeatureReader(TABLE, shelf()).read(fold(None, ANN, numbered(list(events)), TABLE), Instant(now))


USUAL: list[CustomerEvent] = [purchase(n, ["milk-0", "milk-1"], NOON - n * DAY) for n in range(1, 5)]


def test_a_session_unlike_the_usual_has_a_lift() -> None:
    intent = reading([*USUAL, view(10, "toys-8"), view(11, "milk-0", NOON + 1)], NOON + 1).intent()
    assert intent is not None
    assert [(lift.category, lift.share, lift.usual) for lift in intent.categories] == [
        ("TOYS", 0.5, 0),
        ("MILK", 0.5, 1),
    ]
    assert intent.categories[0].lift == 25.0
    assert (intent.price, intent.usual_price) == (0.5, 0.0), "the dearest toy and the cheapest milk; always cheap milk"


def test_the_stages_of_a_session() -> None:
    looks: list[CustomerEvent] = [view(1, "toys-1"), view(2, "toys-2", NOON + 1)]
    cart = AddedToCart(**named(3, NOON + 2, product=ProductId("toys-2")))
    order = purchase(4, ["toys-2"], NOON + 3)
    sessions = [(looks[:1], Stage.BROWSING), (looks, Stage.COMPARING), ([*looks, cart], Stage.BUYING)]
    for events, stage in [*sessions, ([*looks, cart, order], Stage.BOUGHT)]:
        intent = reading(list(events), NOON + 3).intent()
        assert intent is not None and intent.stage is stage
    assert reading(looks, NOON + 40 * MINUTE).intent() is None


def test_a_taste_halves_with_its_half_life() -> None:
    events: list[CustomerEvent] = [purchase(1, ["toys-0"]), purchase(2, ["milk-0"], NOON + 60 * DAY)]
    categories = reading(events, NOON + 60 * DAY).tastes().categories
    assert [(liked.name, liked.share) for liked in categories] == [("MILK", 0.6667), ("TOYS", 0.3333)]


def test_tastes_tell_brands_price_level_channels_and_hours() -> None:
    in_app = view(1, "milk-8", utc_offset=60, context=Context(channel="app"))
    tastes = reading([in_app], NOON).tastes()
    assert [[liked.name for liked in liking] for liking in tastes] == [["MILK"], ["brand 8"], ["high"], ["app"], ["13"]]


def test_levels_are_thirds_of_the_category() -> None:
    catalogue = shelf()
    levels = PriceLevels(catalogue)
    found = [levels.of(ProductId(f"milk-{number}")) for number in range(9)]
    assert found == [PriceLevel.LOW] * 3 + [PriceLevel.MIDDLE] * 3 + [PriceLevel.HIGH] * 3
    assert levels.of(ProductId("unknown")) is None
    catalogue.put(Product(id=ProductId("alone"), category="ALONE", price=5))
    assert levels.of(ProductId("alone")) is None
