"""Pairs of users and items as edges, and a slice of such edges held out."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.evaluation.split import HeldOut, Task
from graph import CustomerId, EdgeArrays, Instant, InteractionKind, InvalidValue, ProductId

__all__ = ["AS_OF", "hold_out", "pair_edges"]

AS_OF = Instant(0)
"""When all pairs happened: nothing is known of their times."""

PURCHASED = list(InteractionKind).index(InteractionKind.PURCHASED)


def pair_edges(users: NDArray[np.integer], items: NDArray[np.integer]) -> EdgeArrays:  # [n], [n]
    """Pairs of numbers of 0 or more as purchases, all at one instant; a pair met twice counts once.

    Ids are the numbers with leading zeros, so that they sort as the numbers do.
    """
    for name, numbers in (("users", users), ("items", items)):
        if not np.issubdtype(numbers.dtype, np.integer):
            raise InvalidValue(name, numbers.dtype.name, "integers of 0 or more")
        if len(numbers) and numbers.min() < 0:
            raise InvalidValue(name, int(numbers.min()), "integers of 0 or more")
    if len(users) != len(items):
        raise InvalidValue("items", f"{len(items)} numbers", f"{len(users)}, one for each user")
    names, customer = np.unique(users, return_inverse=True)
    targets, target = np.unique(items, return_inverse=True)
    cells = np.unique(customer.astype(np.int64) * max(len(targets), 1) + target)  # [num_pairs], customers rising
    customer, target = np.divmod(cells, max(len(targets), 1))
    size = len(cells)
    return EdgeArrays(
        customers=[CustomerId(f"user:{number:019d}") for number in names.tolist()],
        targets=[f"{number:019d}" for number in targets.tolist()],
        customer=customer.astype(np.int32),
        target=target.astype(np.int32),
        kind=np.full(size, PURCHASED, dtype=np.int8),
        at=np.full(size, AS_OF, dtype=np.int64),
        day=np.zeros(size, dtype=np.int32),
        quantity=np.ones(size),
        value=np.zeros(size, dtype=np.int64),
        order=np.full(size, -1, dtype=np.int32),
    )


def hold_out(
    edges: EdgeArrays, share: float, rng: np.random.Generator, most_customers: int | None = None
) -> tuple[EdgeArrays, HeldOut]:
    """Edges without some of the products of each customer, drawn at random, and these as what is to be found.

    share: of each customer's products, rounded down after a random amount below 1 is added; one is always left.
    most_customers: how many customers, drawn at random, are asked for theirs; the products of all are held out.
    """
    cell = edges.customer.astype(np.int64) * max(len(edges.targets), 1) + edges.target
    cells, place = np.unique(cell, return_inverse=True)
    customer = cells // max(len(edges.targets), 1)  # [num_pairs], rising
    sizes = np.bincount(customer, minlength=len(edges.customers))
    wanted = np.minimum((sizes * share + rng.random(len(sizes))).astype(np.int64), np.maximum(sizes - 1, 0))
    order = np.lexsort((rng.random(len(cells)), customer))
    rank = np.arange(len(cells)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    held = np.zeros(len(cells), dtype=np.bool_)
    held[order[rank < wanted[customer]]] = True
    asked = np.flatnonzero(np.bincount(customer[held], minlength=len(sizes)))
    if most_customers is not None and len(asked) > most_customers:
        asked = np.sort(rng.choice(asked, most_customers, replace=False))
    shape = (len(edges.customers), len(edges.targets))
    target = cells % max(len(edges.targets), 1)
    relevant = sparse.csr_array((np.ones(int(held.sum()), np.float32), (customer[held], target[held])), shape=shape)
    found = HeldOut(
        task=Task.NEW,
        customers=[edges.customers[row] for row in asked.tolist()],
        products=[ProductId(name) for name in edges.targets],
        relevant=sparse.csr_array(relevant[asked]),
    )
    return edges.where(~held[place]), found
