"""AttributeVectors: the vector of a product nobody has bought, from what describes it, in the space that was learnt."""

import hashlib
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from graph import Product

__all__ = ["AttributeVectors", "attribute_keys", "attributes_of"]

LEVELS = (
    ("department",),
    ("category",),
    ("subcategory",),
    ("brand",),
    ("manufacturer",),
    ("package_size",),
    ("category", "brand"),
    ("category", "manufacturer"),
    ("subcategory", "brand"),
    ("subcategory", "manufacturer"),
    ("subcategory", "package_size"),
    ("subcategory", "manufacturer", "package_size"),
)
"""Fields of Product that describe it, alone or several at once: what a maker is known for differs by subcategory."""

BANDS = 3.0
"""Price bands a factor of e."""

WORD = re.compile(r"\w{2,}")

PIECE = 4096
"""Products described at a time."""


@dataclass(frozen=True)
class AttributeVectors:
    """One row an attribute; a product is the sum of its attributes' rows.

    keys: [num_attributes] uint64, hashes of their names, rising. vectors: [num_attributes, dim] float32.
    input_scale: [dim] float32, what a history adds up over what is scored.
    """

    keys: NDArray[np.uint64]
    vectors: NDArray[np.float32]
    input_scale: NDArray[np.float32]

    def of(self, products: Sequence[Product]) -> NDArray[np.float32]:  # [n, dim]
        """What is scored, as if it were as popular as products are; zeros where nothing that describes it is known."""
        pieces = [self._of(products[start : start + PIECE]) for start in range(0, len(products), PIECE)]
        return np.concatenate([np.empty((0, self.vectors.shape[1]), dtype=np.float32), *pieces])

    def _of(self, products: Sequence[Product]) -> NDArray[np.float32]:  # [n, dim]
        described = [attributes_of(product) for product in products]
        keys = attribute_keys(name for own in described for name, _ in own)
        shares = np.array([share for own in described for _, share in own], dtype=np.float32)
        owner = np.repeat(np.arange(len(products)), [len(own) for own in described])
        places = np.searchsorted(self.keys, keys)
        found = places < len(self.keys)
        found[found] = self.keys[places[found]] == keys[found]
        owner, parts = owner[found], self.vectors[places[found]] * shares[found, None]
        summed = np.zeros((len(products), self.vectors.shape[1]), dtype=np.float32)
        starts = np.flatnonzero(np.diff(owner, prepend=-1))
        if len(starts):
            summed[owner[starts]] = np.add.reduceat(parts, starts, axis=0)
        return summed


def attributes_of(product: Product) -> list[tuple[str, float]]:
    """(name, share) of each attribute of a product; the shares of the words of its name sum to 1."""
    named = []
    for fields in LEVELS:
        texts = [str(getattr(product, field)) for field in fields]
        if all(texts):
            named.append(("\0".join((*fields, *texts)), 1.0))
    if product.price is not None and product.price > 0:
        band = math.floor(math.log(product.price) * BANDS)
        named.append(("\0".join(("price", product.subcategory, product.currency, str(band))), 1.0))
    words = sorted(set(WORD.findall(product.name.casefold())))
    return named + [(f"word\0{word}", 1.0 / len(words)) for word in words]


def attribute_keys(names: Iterable[str]) -> NDArray[np.uint64]:  # [num_names]
    """The 64-bit hash of each name, the same on every machine: versions keep these and no texts."""
    hashed = chain.from_iterable(hashlib.blake2b(name.encode(), digest_size=8).digest() for name in names)
    return np.frombuffer(bytes(hashed), dtype="<u8").astype(np.uint64)
