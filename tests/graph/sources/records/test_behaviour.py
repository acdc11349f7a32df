"""Rows of an interactions table become what customers did."""

from pathlib import Path

from graph.events.family import (
    AddedToCart,
    Clicked,
    Dismissed,
    Event,
    Rated,
    RemovedFromCart,
    Returned,
    Searched,
    Viewed,
)
from graph.instants import Instant
from graph.sources import RefusedRow, parse_mapping, read_history

RECEIVED = Instant(1_780_000_000_000_000)
COLUMNS = (
    "kind: k, customer: c, anonymous: a, time: t, product: p, query: w, rating: r, seconds: s, quantity: q, value: v, "
    "order: o, session: x, device: d"
)
HEADER = "k,c,a,t,p,w,r,s,q,v,o,x,d"


def read(folder: Path, *rows: str, batch_rows: int = 1000) -> list[Event | RefusedRow]:
    (folder / "a.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    mapping = parse_mapping(
        f"source: shop\ntimezone: UTC\ncurrency: EUR\n"
        f"tables: [{{file: a.csv, record: interactions, columns: {{{COLUMNS}}}}}]"
    )
    return list(read_history(mapping, folder, RECEIVED, batch_rows=batch_rows))


def test_each_kind_becomes_its_event_with_what_is_its_own(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "viewed,1,,2026-01-01,P,,,12.5,,,,S,phone",
        "clicked,1,,2026-01-01,P,,,,,,,,",
        "dismissed,1,,2026-01-01,P,,,,,,,,",
        "added_to_cart,1,,2026-01-01,P,,,,3,,,,",
        "removed_from_cart,1,,2026-01-01,P,,,,,,,,",
        "rated,1,,2026-01-01,P,,4.5,,,,,,",
        "returned,1,,2026-01-01,P,,,,1,9.99,7,,",
        "searched,,z,2026-01-01,,shoes,,,,,,,",
    )
    kinds = [Viewed, Clicked, Dismissed, AddedToCart, RemovedFromCart, Rated, Returned, Searched]
    assert [type(event) for event in found] == kinds
    viewed, _, _, added, removed, rated, returned, searched = found
    assert isinstance(viewed, Viewed)
    assert (viewed.seconds, viewed.session, viewed.context.device) == (12.5, "S", "phone")
    assert isinstance(added, AddedToCart) and added.quantity == 3
    assert isinstance(removed, RemovedFromCart) and removed.quantity == 1
    assert isinstance(rated, Rated) and rated.rating == 4.5
    assert isinstance(returned, Returned)
    assert (returned.value, returned.currency, returned.order) == (999, "EUR", "7")
    assert isinstance(searched, Searched)
    assert (searched.customer, searched.query) == ("anon:z", "shoes")


def test_the_same_done_again_in_the_same_instant_is_refused_even_in_a_later_batch(tmp_path: Path) -> None:
    row = "viewed,1,,2026-01-01T10:00,P,,,,,,,,"
    other = "viewed,1,,2026-01-01T10:01,P,,,,,,,,"
    found = read(tmp_path, row, other, row, batch_rows=2)
    refused = [str(item) for item in found if isinstance(item, RefusedRow)]
    assert len(found) == 3
    assert refused == [
        "a.csv row 3: time: got '2026-01-01T10:00:00Z', expected the same done once in an instant, or a column for id"
    ]


def test_a_kind_is_refused_without_what_it_needs(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "searched,1,,2026-01-01,P,,,,,,,,",
        "rated,1,,2026-01-01,P,,,,,,,,",
        "viewed,1,,2026-01-01,,shoes,,,,,,,",
    )
    assert [(item.row, item.field) for item in found if isinstance(item, RefusedRow)] == [
        (1, "query"),
        (2, "rating"),
        (3, "product"),
    ]
