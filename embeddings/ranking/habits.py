"""Habits: what a customer's own purchases tell at an instant: the rhythm of each product, their groups, their pace."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from embeddings.ranking.product_facts import RHYTHMIC, ProductFacts

__all__ = ["ACTIVITY", "RHYTHM", "Habits", "habits_of"]

HALF_LIVES = (7, 15, 30, 60, 120, 300)
D30, D120 = 2, 4
OLDEST = 2000
"""Purchases older than so many days count as if they were that old."""

DECAY = np.exp2(-np.arange(OLDEST + 1) / np.array(HALF_LIVES)[:, None]).astype(
    np.float32
)  # [num_half_lives, OLDEST + 1]

RHYTHM = (
    *(f"decayed_{half_life}" for half_life in HALF_LIVES),
    "days",
    "times",
    "last_times",
    "last",
    "first",
    "gap",
    "last_gap",
    "gap_spread",
    "typical_gap",
    "due",
    "share_of_days",
    "share_of_90_days",
    *(f"{group}_{what}" for group in RHYTHMIC for what in ("decayed_30", "decayed_120", "last", "since", "share")),
)
"""What is known of a bought product; log1p of counts, days and ratios.

last, first: age of the newest and oldest purchase. gap: mean days between purchases, last_gap the newest, gap_spread
their deviation, 0 where it was bought on one day. typical_gap: gap and the product's own, as if that were one more.
due: last / typical_gap. share_of_days: days with it of all days with a purchase. Of subcategory and category: how much
and how lately, the days from this product's last purchase to the group's (`since`), its share of the group.
"""

ACTIVITY = ("days_7", "days_30", "days_90", "days", "last", "lines_30", "lines", "products", "discovering")
"""Days with purchases, age of the newest, products × days with them, distinct products, the share of new ones."""


@dataclass(frozen=True)
class Habits:
    """products: [num_bought] rows, rising. rhythm: [num_bought, num_rhythm] float32. activity: [num_activity].

    last, first: [num_bought] ages in days of the newest and the oldest purchase. taste: [num_tastes, dim], once a
    ranking has made it of these.
    """

    products: NDArray[np.int64]
    rhythm: NDArray[np.float32]
    activity: NDArray[np.float32]
    last: NDArray[np.int64]
    first: NDArray[np.int64]
    taste: NDArray[np.float32] = field(default_factory=lambda: np.empty((0, 0), dtype=np.float32))


def habits_of(
    products: NDArray[np.int64],  # [n] rows, one a (product, day), ordered by product and then day; n ≥ 1
    days: NDArray[np.int64],  # [n] local days
    times: NDArray[np.int64],  # [n]
    today: int,
    facts: ProductFacts,
) -> Habits:
    """The habits of a customer who bought `products` on `days`; what is later than `today` counts as of today."""
    ages = np.clip(today - days, 0, OLDEST)
    starts = np.flatnonzero(np.r_[True, products[1:] != products[:-1]])  # [num_bought]
    often = np.diff(np.r_[starts, len(products)])
    ends = starts + often - 1
    bought = facts.known(products[starts])
    decayed = np.add.reduceat(DECAY[:, ages], starts, axis=1)  # [num_half_lives, num_bought]
    last, first = ages[ends], ages[starts]
    gaps = np.zeros(len(ages), dtype=np.float32)
    gaps[1:] = ages[:-1] - ages[1:]
    gaps[starts] = 0.0
    gap = (first - last) / np.maximum(often - 1, 1)
    spread = np.sqrt(np.maximum(np.add.reduceat(gaps * gaps, starts) / np.maximum(often - 1, 1) - gap * gap, 0.0))
    typical = ((often - 1) * np.maximum(gap, 1.0) + facts.values[bought, 0]) / often
    active = np.unique(days)
    active_ages = np.maximum(today - active, 0)
    quarter = np.add.reduceat(ages < 90, starts, dtype=np.int64)
    days_30, days_90 = np.count_nonzero(active_ages < 30), np.count_nonzero(active_ages < 90)
    columns = [
        *decayed,
        often,
        np.add.reduceat(times, starts),
        times[ends],
        last,
        first,
        gap,
        gaps[ends],
        spread,
        typical,
        last / typical,
        often / len(active),
        quarter / max(days_90, 1),
    ]
    for column in range(len(RHYTHMIC)):
        order = np.argsort(facts.groups[bought, column], kind="stable")
        code = facts.groups[bought[order], column]
        opens = np.r_[True, code[1:] != code[:-1]]
        begins = np.flatnonzero(opens)
        place = np.empty(len(order), dtype=np.int64)  # [num_bought], which group each product is of
        place[order] = np.cumsum(opens) - 1
        summed = np.add.reduceat(decayed[[D30, D120]][:, order], begins, axis=1)[:, place]
        newest = np.minimum.reduceat(last[order], begins)[place]
        columns += [*summed, newest, last - newest, decayed[D120] / np.maximum(summed[1], 1e-6)]
    lines_30 = np.count_nonzero(ages < 30)
    activity = np.log1p(
        [
            np.count_nonzero(active_ages < 7),
            days_30,
            days_90,
            len(active),
            active_ages[-1],
            lines_30,
            len(ages),
            len(starts),
            (np.count_nonzero(first < 30) + 5) / (lines_30 + 10),
        ]
    )
    rhythm = np.array(columns, dtype=np.float32).T  # [num_bought, num_rhythm]
    rhythm = np.log(rhythm + 1)
    return Habits(products[starts], rhythm, activity.astype(np.float32), last, first)
