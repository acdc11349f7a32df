"""Assortment: every product an answer can name, by row: those of the snapshot, then those only the catalogue knows."""

from collections.abc import Collection, Iterable
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from embeddings.index import Attributes, Column, FilteredSearch, GrowingIndex, Holds, OneOf, Selection, Sets
from embeddings.snapshot.serving_snapshot import Adjacency, ServingSnapshot
from graph import Catalogue, Product, ProductId
from graph.catalogue import Vocabulary

__all__ = ["CODED", "SELLABLE", "Assortment", "Rows", "among"]

Rows = NDArray[np.int64]
"""Rows of an assortment; the first `num_vectors` of them are the snapshot's own."""

CODED = ("department", "category", "subcategory", "brand")
"""The columns of the catalogue that hold texts, as codes."""

SELLABLE = OneOf("sellable", (1,))

EVERYWHERE = (0,)
"""What the column of regions holds of a product that names none."""

PIECE = 4096
"""How many products are looked up at a time: meanwhile no other thread can run."""

COMMON_POWER = 0.25
"""How much less a product counts, where customers are likened, for being bought by everybody."""

DEPTH = 4000
"""How far down the popular list products of one category are looked for."""

FEW = 10
"""How many customers it takes for a product's own habit to count as much as that of all products."""


def among(rows: Rows, some: Rows) -> NDArray[np.bool_]:  # [len(rows)]
    """Which rows are among `some`, in any order: `np.isin` without its table of every row there might be."""
    if not len(some):
        return np.zeros(len(rows), dtype=np.bool_)
    ordered = np.sort(some)
    return np.equal(ordered.take(ordered.searchsorted(rows), mode="clip"), rows)


class Assortment:
    """The rows of a snapshot joined with the live rows of a catalogue; follows the catalogue as it changes and grows.

    ids: [num_rows]. catalogue_rows: [num_rows], -1 where the catalogue does not know the product.
    of_catalogue: [len(catalogue)], the row of each catalogue row.
    customers: [num_rows] how many distinct customers bought it. habit: [num_rows] how many times each of them did.
    marks: [num_rows] zeros, for looking rows up among a few: whoever marks some takes the marks away again.
    popular: [num_rows] rows, most customers first, ties by row. common: [num_vectors] popularity^.25, at least 1.
    generation: changes when rows are added or a product is described anew, so that it has another vector.
    search: over all rows; its attributes are `sellable`, `price`, `regions` and the columns of CODED, those of a
        product that the catalogue does not know being 0 and its price -1.
    num_sellable: how many rows may be sold, at most.
    """

    def __init__(self, snapshot: ServingSnapshot, catalogue: Catalogue) -> None:
        self.snapshot, self.catalogue = snapshot, catalogue
        self.vectors = snapshot.set.product_vectors  # [num_vectors, dim]
        self.num_vectors = len(self.vectors)
        self.ids: list[ProductId] = list(snapshot.set.products)
        self.catalogue_rows = np.full(self.num_vectors, -1, dtype=np.int64)
        self.of_catalogue = np.empty(0, dtype=np.int64)
        self.popularity = np.asarray(snapshot.popularity, dtype=np.float32)
        self.popular = np.argsort(-self.popularity, kind="stable").astype(np.int64)
        self.common = np.maximum(self.popularity, 1.0) ** np.float32(COMMON_POWER)
        self.customers, self.habit = _bought(snapshot.purchases, self.num_vectors)
        self.marks = np.zeros(self.num_vectors, dtype=np.int16)
        self._added: dict[ProductId, int] = {}
        self.generation = 0
        self._seen = catalogue.changes
        self._deep: NDArray[np.int32] | None = None  # the categories of the most popular, until the catalogue changes
        self._grow()
        index = GrowingIndex(snapshot.index, self.vectors)
        index.add(*self._new_vectors(np.arange(self.num_vectors, len(self.ids))))
        self.search = FilteredSearch(index, Attributes(self._columns(np.arange(len(self.ids)))))
        self.num_sellable = self.search.attributes.count(SELLABLE)

    def joins(self, snapshot: ServingSnapshot, catalogue: Catalogue) -> bool:
        """Whether it is made of these very two."""
        return self.snapshot is snapshot and self.catalogue is catalogue

    def follow(self) -> None:
        """Take in what has changed in the catalogue since; nothing to do where nothing has."""
        seen = self.catalogue.changes
        if seen == self._seen:
            return
        index, held = self.search.index, len(self.ids)
        self._grow()
        index.add(*self._new_vectors(np.arange(held, len(self.ids))))
        rows = self.of_catalogue[self.catalogue.changed_since(self._seen)]
        again = rows[(rows >= self.num_vectors) & (rows < held)]
        if len(again):
            index.put(again, *self._new_vectors(again))
        self.generation += len(again) > 0 or len(self.ids) > held
        self.search.attributes.put(rows, self._columns(rows))
        self.num_sellable = self.search.attributes.count(SELLABLE)
        self._seen, self._deep = seen, None

    def row(self, product: str) -> int:
        """The row of a product, -1 where neither snapshot nor catalogue knows it."""
        key = ProductId(product)
        return self.snapshot.product_rows.get(key, self._added.get(key, -1))

    def places(self, products: Collection[ProductId]) -> Rows:  # [len(products)]
        """The row of each of many products, -1 where it is not known."""
        rows = self._places(products)
        if self._added and (rows < 0).any():
            added = np.fromiter(map(self._added.get, products, repeat(-1)), dtype=np.int64, count=len(products))
            rows = np.maximum(rows, added)
        return rows

    def rows(self, products: Iterable[str]) -> Rows:
        """The rows of those of `products` that are known."""
        found = [self.row(product) for product in products]
        return np.array([row for row in found if row >= 0], dtype=np.int64)

    def product(self, row: int) -> Product:
        """The catalogue's entry of a row; a bare product where it has none."""
        place = int(self.catalogue_rows[row])
        return self.catalogue.products[place] if place >= 0 else Product(id=self.ids[row])

    def sellable(self, rows: Rows) -> NDArray[np.bool_]:
        places = self.catalogue_rows.take(rows)
        return self.catalogue.sellable.take(places) & (places >= 0)

    def sold_in(self, regions: Iterable[str]) -> Holds:
        """What is asked of the products that are available in any of these regions: that, or to name no region."""
        codes = map(self.catalogue.regions.find, regions)
        return Holds("regions", (*EVERYWHERE, *(code for code in codes if code)))

    def codes(self, column: NDArray[np.int32], rows: Rows) -> NDArray[np.int32]:
        """What a code column of the catalogue says of these rows, 0 where the catalogue does not know the product."""
        places = self.catalogue_rows.take(rows)
        return np.where(places >= 0, column.take(places), 0)

    def texts(self, column: str) -> Vocabulary:
        """The texts that the codes of a column of CODED stand for."""
        catalogue = self.catalogue
        vocabularies = (catalogue.departments, catalogue.categories, catalogue.subcategories, catalogue.brands)
        return vocabularies[CODED.index(column)]

    def vectors_of(self, rows: Rows) -> NDArray[np.float32]:  # [len(rows), dim]
        """Product vectors, of a product that only the catalogue knows what its attributes say; zeros where nothing."""
        return self.search.index.take(rows)

    def vector(self, row: int) -> NDArray[np.float32]:  # [dim]
        """The vector of one row."""
        vector: NDArray[np.float32] = (
            self.vectors[row] if row < self.num_vectors else self.vectors_of(np.array([row]))[0]
        )
        return vector

    def summed(self, rows: Rows, weights: NDArray[np.float32]) -> NDArray[np.float32]:  # [dim]
        """What a history of these products adds up to, each as much as its weight."""
        learnt, known = self.snapshot.set, rows < self.num_vectors
        old, new = rows[known], rows[~known]
        summed = (weights[known] * learnt.input_weights[old]) @ learnt.input_vectors[old]
        if len(new) and learnt.attributes is not None:
            summed = summed + weights[~known] @ (self.vectors_of(new) * learnt.attributes.input_scale)
        return np.asarray(summed, dtype=np.float32)

    def popular_in(self, category: int) -> Rows:
        """The rows of a category among the DEPTH most popular, in their order."""
        if self._deep is None:
            self._deep = self.codes(self.catalogue.category, self.popular[:DEPTH])
        rows: Rows = self.popular[:DEPTH][self._deep == category]
        return rows

    def of_category(self, category: int) -> NDArray[np.int64]:
        """The rows of the catalogue with a category, rising."""
        found = self.search.attributes.select([OneOf("category", (category,))]).listed()
        places: NDArray[np.int64] = np.sort(self.catalogue_rows.take(found))
        return places

    def most_popular(self, selection: Selection, limit: int) -> Rows:
        """The first `limit` selected rows in the order of `popular`."""
        if selection.rows is None:
            return self.popular[selection.masked(len(self.ids))[self.popular]][:limit]
        return selection.rows[np.argsort(-self.popularity[selection.rows], kind="stable")[:limit]]

    def _places(self, products: Collection[ProductId]) -> Rows:  # [len(products)]
        """The row in the snapshot of each product, -1 where it has none."""
        find = self.snapshot.product_rows.get
        return np.fromiter(map(find, products, repeat(-1)), dtype=np.int64, count=len(products))

    def _grow(self) -> None:
        """Take in the products that the catalogue has learnt of since."""
        start, end = len(self.of_catalogue), len(self.catalogue)
        if start == end:
            return
        new = self.catalogue.ids[start:end]
        rows = np.empty(end - start, dtype=np.int64)
        for first in range(0, len(new), PIECE):
            rows[first : first + PIECE] = self._places(new[first : first + PIECE])
        missing = np.flatnonzero(rows < 0)
        rows[missing] = np.arange(len(missing)) + len(self.ids)
        for place in missing.tolist():
            self._added[new[place]] = int(rows[place])
            self.ids.append(new[place])
        self.catalogue_rows = np.concatenate([self.catalogue_rows, np.full(len(missing), -1)])
        self.catalogue_rows[rows] = np.arange(start, end)
        self.marks = np.concatenate([self.marks, np.zeros(len(missing), dtype=np.int16)])
        self.habit = np.concatenate([self.habit, np.ones(len(missing), dtype=np.float32)])
        self.customers = np.concatenate([self.customers, np.zeros(len(missing), dtype=np.int64)])
        self.popularity = np.concatenate([self.popularity, np.zeros(len(missing), dtype=np.float32)])
        self.popular = np.concatenate([self.popular, rows[missing]])
        self.of_catalogue = np.concatenate([self.of_catalogue, rows])

    def _columns(self, rows: Rows) -> dict[str, Column | Sets]:  # each [len(rows)]
        """What the catalogue says of these rows now."""
        places, catalogue = self.catalogue_rows[rows], self.catalogue
        known = places >= 0
        return {
            "sellable": catalogue.sellable[places] & known,
            "price": np.where(known, catalogue.price[places], -1),
            "regions": self._regions(places),
            **{column: np.where(known, getattr(catalogue, column)[places], 0) for column in CODED},
        }

    def _regions(self, places: Rows) -> Sets:  # [len(places)]
        """The regions that these rows of the catalogue name, as codes."""
        named = self.catalogue.sold_in
        if not named:
            return Sets(np.ones(len(places), dtype=np.int64), np.zeros(len(places), dtype=np.int64))
        return Sets.joined(
            Sets.of([named.get(place, EVERYWHERE) for place in some.tolist()])
            for some in np.split(places, range(PIECE, len(places), PIECE))
        )

    def _new_vectors(self, rows: Rows) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:  # [n, dim], [n]
        """(what the attributes of products that only the catalogue knows say, whether they say anything)."""
        vectors = self.snapshot.set.attribute_vectors([self.product(row) for row in rows.tolist()])
        return vectors, np.any(vectors, axis=1)


def _bought(purchases: Adjacency, num_products: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:  # [num_products]
    """(distinct customers, mean purchases a customer): no customer counts more than 20 times, and the mean of products
    with few customers leans towards the mean of all."""
    customers = np.bincount(purchases.columns, minlength=num_products)
    times = np.bincount(purchases.columns, np.minimum(purchases.counts, 20), minlength=num_products)
    mean = float(times.sum()) / max(len(purchases.columns), 1) or 1.0
    return customers, np.asarray((times + FEW * mean) / (customers + FEW), dtype=np.float32)
