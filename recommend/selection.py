"""Selection: the best list, not merely the best items: pins, diversity, and the order of what remains."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph import Instant
from recommend.asked import Asked
from recommend.assortment import Rows
from recommend.filtering import Sieve
from recommend.placements import Action, Rule
from recommend.scoring import Scored

__all__ = ["Pin", "Selection", "pins_for", "select", "staying"]


class Pin(NamedTuple):
    rule: Rule
    row: int


@dataclass(frozen=True)
class Selection:
    """places: positions in `Scored`, in the order shown. pins: the rule that put a place there."""

    places: list[int]
    pins: dict[int, Rule]


def pins_for(asked: Asked, candidates: Rows, sieve: Sieve, now: Instant) -> list[Pin]:
    """The row each pin of the placement stands for now: the first of its products that passes every check; for a
    condition the candidate of lowest row that meets it, or else the nearest or most popular product."""
    pins: list[Pin] = []
    for rule in asked.place.rules:
        if rule.action is not Action.PIN or not rule.active(now):
            continue
        if rule.condition is None:
            rows = asked.assortment.rows(rule.products)
            rows = rows[sieve.keep(rows)]
        else:
            met = [rule.selects(asked.assortment.product(row)) for row in candidates.tolist()]
            rows = candidates[met] if any(met) else sieve.refill(candidates, 1, rule.condition)
        taken = {pin.row for pin in pins}
        pins += [Pin(rule, row) for row in rows.tolist() if row not in taken][:1]
    return pins


def select(asked: Asked, scored: Scored, pins: list[Pin], k: int) -> Selection:
    """Greedily the item with the best score less its likeness to those chosen; bounds per subcategory and brand hold as
    long as there is something else; then the pins at their positions."""
    pinned = {int(np.flatnonzero(scored.rows == pin.row)[0]): pin.rule for pin in pins}
    free = [place for place in range(min(len(scored.rows), _pool(asked, k) + len(pins))) if place not in pinned]
    chosen = _diverse(asked, scored, np.array(free, dtype=np.int64), max(k - len(pinned), 0))
    for place, rule in sorted(pinned.items(), key=lambda pin: pin[1].position or 0):
        chosen.insert((rule.position or 1) - 1, place)
    return Selection(chosen[:k], pinned)


def staying(selection: Selection, scored: Scored, rows: Rows, k: int) -> Selection:
    """The list that begins with these rows, all of them scored, as they stand; the selection fills the places left."""
    order = np.argsort(scored.rows)
    places = order[np.searchsorted(scored.rows, rows, sorter=order)].tolist()
    places += [place for place in selection.places if place not in places]
    return Selection(places[:k], selection.pins)


def _pool(asked: Asked, k: int) -> int:
    return max(asked.place.diversity.pool, 2 * k)


def _diverse(asked: Asked, scored: Scored, places: NDArray[np.int64], k: int) -> list[int]:
    diversity = asked.place.diversity
    bounds = [
        (column, most)
        for column, most in (
            (asked.assortment.catalogue.subcategory, diversity.per_subcategory),
            (asked.assortment.catalogue.brand, diversity.per_brand),
        )
        if most is not None
    ]
    if len(places) <= k or not (diversity.penalty or bounds):
        return [int(place) for place in places[:k]]
    rows = scored.rows[places]
    left = scored.scores[places].copy()  # [pool], -inf once chosen or barred
    groups = [(asked.assortment.codes(column, rows), most) for column, most in bounds]
    counts = [dict.fromkeys(codes.tolist(), 0) for codes, _ in groups]
    likeness = _cosines(asked, rows) * (diversity.penalty * max(float(left[0]), 0.0)) if diversity.penalty else None
    nearest = np.zeros(len(places))
    chosen: list[int] = []
    barred: list[int] = []
    while len(chosen) < k:
        best = int((left - nearest).argmax())
        if left[best] == -np.inf:
            break
        left[best] = -np.inf
        over = False
        for (codes, most), count in zip(groups, counts, strict=True):
            code = int(codes[best])
            over = over or (code != 0 and count[code] >= most)
        if over:
            barred.append(best)
            continue
        for (codes, _), count in zip(groups, counts, strict=True):
            count[int(codes[best])] += 1
        chosen.append(best)
        if likeness is not None:
            np.maximum(nearest, likeness[best], out=nearest)
    chosen += sorted(barred)[: k - len(chosen)]
    return [int(place) for place in places[chosen]]


def _cosines(asked: Asked, rows: Rows) -> NDArray[np.float32]:  # [n, n]
    vectors = asked.assortment.vectors_of(rows)
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    unit = vectors / np.where(lengths > 0, lengths, 1.0)[:, None]
    return np.maximum(unit @ unit.T, 0.0)
