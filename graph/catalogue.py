"""Catalogue: the live columns of the products, changed by ProductChanged and visible in the next answer."""

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.events.family import ProductChanged
from graph.ids import ProductId
from graph.interactions import event_key
from graph.log.event_log import LoggedEvent
from graph.nodes import Product, Stamp

__all__ = ["Catalogue", "Vocabulary", "folded", "product_of"]


def folded(text: str) -> str:
    """What is left of a text where case and outer spaces do not matter.

    >>> folded(" Straße "), folded("STRASSE")
    ('strasse', 'strasse')
    """
    return text.strip().casefold()


class Vocabulary:
    """Texts as small numbers, in the order first met; code 0 is the empty text."""

    def __init__(self) -> None:
        self.texts: list[str] = [""]
        self._codes: dict[str, int] = {"": 0}
        self._alike: dict[str, tuple[int, ...]] = {}

    def code(self, text: str) -> int:
        """The number of `text`, a new one where it is new."""
        known = self._codes.get(text)
        if known is None:
            known = self._codes[text] = len(self.texts)
            self.texts.append(text)
            alike = folded(text)
            self._alike[alike] = (*self._alike.get(alike, ()), known)
        return known

    def find(self, text: str) -> int | None:
        return self._codes.get(text)

    def alike(self, texts: Collection[str]) -> list[int]:
        """The numbers, rising, of all texts that are one of these once `folded`; `texts` are."""
        return sorted(code for text in texts for code in self._alike.get(text, ()))

    def __len__(self) -> int:
        return len(self.texts)


class Catalogue:
    """Products by row. Rows only ever grow, so a row found once stays right for the life of the catalogue.

    sellable: [capacity] True where a product may be shown: known, in stock, not retired.
    department, category, subcategory, brand: [capacity] codes in the vocabulary named by the plural.
    price: [capacity] int64 minor units, -1 where unknown.
    sold_in: by row, codes in `regions`, of the products that name any; the others are sold everywhere.
    changed: [capacity] int64, which of the `changes` made so far a row's last was.
    Only the first `len(catalogue)` entries of a column mean something.
    """

    sellable: NDArray[np.bool_]
    department: NDArray[np.int32]
    category: NDArray[np.int32]
    subcategory: NDArray[np.int32]
    brand: NDArray[np.int32]
    price: NDArray[np.int64]
    changed: NDArray[np.int64]

    def __init__(self, products: Iterable[Product] = ()) -> None:
        self.ids: list[ProductId] = []
        self.products: list[Product] = []
        self.seq = 0
        self.changes = 0
        self.departments, self.categories = Vocabulary(), Vocabulary()
        self.subcategories, self.brands = Vocabulary(), Vocabulary()
        self.regions = Vocabulary()
        self.sold_in: dict[int, tuple[int, ...]] = {}
        self._rows: dict[ProductId, int] = {}
        self._allocate(1024)
        for product in products:
            self.put(product)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def version(self) -> str:
        """Names the content: the number in the log of the newest change in it."""
        return f"c{self.seq}"

    def row(self, product: ProductId) -> int | None:
        return self._rows.get(product)

    def get(self, product: ProductId) -> Product | None:
        row = self._rows.get(product)
        return None if row is None else self.products[row]

    def rows(self, products: Iterable[ProductId]) -> NDArray[np.int32]:
        """The row of each product, -1 where it is unknown."""
        find = self._rows.get
        return np.fromiter((find(product, -1) for product in products), dtype=np.int32)

    def put(self, product: Product, seq: int = 0) -> int:
        """Set a product's entry, whole, unless the one held has a later stamp; its row. `seq` numbers the change."""
        self.seq = max(self.seq, seq)
        row = self._rows.get(product.id)
        if row is None:
            row = self._rows[product.id] = len(self.ids)
            if row == len(self.price):
                self._allocate(2 * row)
            self.ids.append(product.id)
            self.products.append(product)
        elif product.stamp < self.products[row].stamp:
            return row
        else:
            self.products[row] = product
        self.sellable[row] = product.in_stock and not product.retired
        self.department[row] = self.departments.code(product.department)
        self.category[row] = self.categories.code(product.category)
        self.subcategory[row] = self.subcategories.code(product.subcategory)
        self.brand[row] = self.brands.code(product.brand)
        self.price[row] = -1 if product.price is None else product.price
        if product.regions:
            self.sold_in[row] = tuple(map(self.regions.code, product.regions))
        else:
            self.sold_in.pop(row, None)
        self.changed[row] = self.changes + 1
        self.changes += 1  # last: who has seen so many changes has seen all that they wrote
        return row

    def changed_since(self, changes: int) -> NDArray[np.int64]:
        """The rows that were put after so many changes, rising: for whoever keeps columns of their own beside these."""
        return np.flatnonzero(self.changed[: len(self)] > changes)

    def apply(self, logged: Iterable[LoggedEvent]) -> None:
        """Make the catalogue changes among these events; all others are passed over."""
        for seq, event in logged:
            if isinstance(event, ProductChanged):
                self.put(product_of(event), seq)

    def _allocate(self, capacity: int) -> None:
        self.sellable = _grown(getattr(self, "sellable", None), capacity, np.dtype(np.bool_), 0)
        self.department = _grown(getattr(self, "department", None), capacity, np.dtype(np.int32), 0)
        self.category = _grown(getattr(self, "category", None), capacity, np.dtype(np.int32), 0)
        self.subcategory = _grown(getattr(self, "subcategory", None), capacity, np.dtype(np.int32), 0)
        self.brand = _grown(getattr(self, "brand", None), capacity, np.dtype(np.int32), 0)
        self.price = _grown(getattr(self, "price", None), capacity, np.dtype(np.int64), -1)
        self.changed = _grown(getattr(self, "changed", None), capacity, np.dtype(np.int64), 0)


def product_of(event: ProductChanged) -> Product:
    """The catalogue entry an event states, stamped with when and by which event."""
    return Product(
        id=event.product,
        name=event.name,
        department=event.department,
        category=event.category,
        subcategory=event.subcategory,
        brand=event.brand,
        manufacturer=event.manufacturer,
        package_size=event.package_size,
        price=event.price,
        currency=event.currency,
        in_stock=event.in_stock,
        retired=event.retired,
        regions=event.regions,
        attributes=event.attributes,
        stamp=Stamp(event.at, event_key(event.source, event.id)),
    )


def _grown(held: NDArray[Any] | None, capacity: int, kind: np.dtype[Any], fill: int) -> NDArray[Any]:  # [capacity]
    column = np.full(capacity, fill, dtype=kind)
    if held is not None:
        column[: len(held)] = held
    return column
