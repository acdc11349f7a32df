"""GroupVectors: what is expected of a customer before they do anything, from the groups their traits put them in."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from embeddings.vectors.attribute_vectors import attribute_keys
from graph import Trait

__all__ = ["GroupVectors", "groups_of"]


@dataclass(frozen=True)
class GroupVectors:
    """One row a group, the customers of one trait's value; a customer starts from everyone's vector and their groups'.

    keys: [num_groups] uint64, hashes of trait and value, rising. vectors: [num_groups, dim] float32, how a group
    differs from everyone. everyone: [dim] float32. All are as long as the interactions they stand for.
    """

    keys: NDArray[np.uint64]
    vectors: NDArray[np.float32]
    everyone: NDArray[np.float32]

    def of(self, traits: Mapping[str, Trait]) -> NDArray[np.float32]:  # [dim]
        """What a customer with these traits is added up on top of; traits nobody learnt of say nothing."""
        if not traits:
            return self.everyone
        rows = [row for key in attribute_keys(groups_of(traits)).tolist() if (row := self._rows.get(key)) is not None]
        expected: NDArray[np.float32] = self.everyone + self.vectors[rows].sum(axis=0)
        return expected

    @cached_property
    def _rows(self) -> dict[int, int]:
        return {key: row for row, key in enumerate(self.keys.tolist())}


def groups_of(traits: Mapping[str, Trait]) -> list[str]:
    """The name of each group that traits put a customer in."""
    return [f"{name}\0{value}" for name, value in sorted(traits.items())]
