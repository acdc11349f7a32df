"""The catalogue: rows of a products table as ProductChanged events."""

import re
from collections.abc import Iterator

import polars as pl

from graph.events.family import ProductChanged
from graph.sources.mapping import Products
from graph.sources.paid_prices import paid_prices
from graph.sources.reading import Reading, named
from graph.sources.rows.refused_row import RefusedRow
from graph.sources.rows.row_fields import field_values, offsets, traits
from graph.sources.rows.seen_keys import SeenKeys

__all__ = ["read_products"]

_BETWEEN_REGIONS = re.compile(r"[,;|]")
_LONGEST_REGION = 256
_TEXTS = ("name", "department", "category", "subcategory", "brand", "manufacturer", "package_size")


def read_products(reading: Reading, table: Products) -> Iterator[ProductChanged | RefusedRow]:
    """One event a row. A row without a time holds from the moment of receipt.

    The same content is the same event, so importing the file again changes nothing and importing a changed one
    changes what changed.
    """
    price = table.columns.price
    paid = paid_prices(reading) if price is not None and price.source is not None else {}
    seen = SeenKeys()
    for batch in reading.rows(table).batches():
        again = seen.repeated(batch.frame, ("product", "time"))
        batch = batch.refuse(again, "product", "a product described once (at a time)")
        if "regions" in batch.frame.columns:
            wrong = pl.Series([any(len(name) > _LONGEST_REGION for name in names) for names in _regions(batch.frame)])
            told = f"names of at most {_LONGEST_REGION} characters between commas, semicolons or bars"
            batch = batch.refuse(wrong.cast(pl.Boolean), "regions", told)
        yield from batch.refusals
        yield from _events(reading, table, batch.frame, paid)


def _events(
    reading: Reading, table: Products, frame: pl.DataFrame, paid: dict[str, tuple[int, str]]
) -> Iterator[ProductChanged]:
    products = field_values(frame, "product")
    prices = field_values(frame, "price")
    currencies = field_values(frame, "currency", table.currency or "")
    if paid:
        found = [paid.get(product, (None, "")) for product in products]
        prices, currencies = [price for price, _ in found], [code for _, code in found]
    for product, texts, price, currency, in_stock, retired, regions, held, told, offset in zip(
        products,
        zip(*(field_values(frame, name, "") for name in _TEXTS), strict=True),
        prices,
        currencies,
        field_values(frame, "in_stock", True),
        field_values(frame, "retired", False),
        _regions(frame),
        traits(frame, "attributes"),
        field_values(frame, "time"),
        offsets(frame),
        strict=True,
    ):
        name, department, category, subcategory, brand, manufacturer, package_size = texts
        currency = "" if price is None else currency
        yield ProductChanged(
            id=named(
                "product", product, *texts, price, currency, in_stock, retired, *regions, sorted(held.items()), told
            ),
            source=reading.source,
            at=reading.received if told is None else told,
            received=reading.received,
            utc_offset=offset,
            history=True,
            product=product,
            name=name,
            department=department,
            category=category,
            subcategory=subcategory,
            brand=brand,
            manufacturer=manufacturer,
            package_size=package_size,
            price=price,
            currency=currency,
            in_stock=in_stock,
            retired=retired,
            regions=regions,
            attributes=held,
        )


def _regions(frame: pl.DataFrame) -> list[tuple[str, ...]]:
    """The regions of each row, [rows], which its text names one after the other."""
    return [
        tuple(name for part in _BETWEEN_REGIONS.split(text) if (name := part.strip()))
        for text in field_values(frame, "regions", "")
    ]
