"""The trace: what was found, what was dropped and why; and "why not"."""

from recommend.answers import PlacementRequest, WhyNot
from tests.recommend.shop import Shop, profile, shop_with


def why_not(shop: Shop, product: str, name: str = "homepage", **wanted: object) -> WhyNot:
    trace = shop.trace(profile("anna"), name, why_not=(product,), **wanted)
    return trace.why_not[0]


def test_there_is_a_trace_only_where_it_is_asked_for(shop: Shop) -> None:
    assert shop.answer(None, PlacementRequest(name="homepage")).placements[0].trace is None
    assert shop.trace(None).milliseconds.keys() == {"hydrate", "sources", "filter", "score", "select", "explain"}


def test_the_trace_counts_the_candidates_of_each_source(shop: Shop) -> None:
    candidates = shop.trace(profile("anna")).candidates
    assert candidates["buy_again"] == 2
    assert candidates["popular"] == 10
    assert candidates["same_content"] == 0


def test_everything_found_is_either_shown_or_dropped_with_its_stage(shop: Shop) -> None:
    trace = shop.trace(profile("anna"))
    shown = set(shop.ids(profile("anna")))
    dropped = {entry.product_id: entry.stage for entry in trace.dropped}
    assert not shown & dropped.keys()
    assert dropped["tea"] == "filter"
    assert set(dropped.values()) == {"filter", "score"}
    assert len(shown | dropped.keys()) == 10


def test_why_not_a_product_nobody_knows(shop: Shop) -> None:
    assert why_not(shop, "unicorn").text.startswith("nobody knows this product")


def test_why_not_a_product_that_was_filtered_out(shop: Shop) -> None:
    assert why_not(shop, "tea").text == "filtered out: it is out of stock, retired or not in the catalogue"
    assert why_not(shop, "milk", exclude=("milk",)).text == "filtered out: the request excludes it"


def test_why_not_a_product_that_scored_too_low(shop: Shop) -> None:
    answer = why_not(shop, "nappies", k=2)
    assert answer.rank is not None and answer.rank > 2
    assert answer.score is not None and "the last item shown has" in answer.text
    assert "popular" in answer.text


def test_why_not_a_product_that_is_there(shop: Shop) -> None:
    answer = why_not(shop, "milk")
    assert answer.rank == 1 and answer.text.startswith("it is in the list, at 1: ")


def test_why_not_a_product_no_source_found() -> None:
    shop = shop_with("k: 1\nsources: {popular: 1}\nweights: {popular: 1}")
    text = why_not(shop, "nappies", "place").text
    assert text.startswith("no source found it (popular); long-term similarity ")
    assert text.endswith("popularity 1.0")


def test_why_not_a_product_that_diversity_took_out() -> None:
    shop = shop_with("k: 3\nsources: {popular: 20}\nweights: {popular: 1}\ndiversity: {per_brand: 1}")
    assert shop.ids(None, "place") == ["milk", "beer", "chips"]
    assert "diversity" in shop.trace(None, "place", why_not=("butter",)).why_not[0].text
