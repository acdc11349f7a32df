"""Habits: what a customer's own purchases tell at an instant: the rhythm of each product, their groups, their pace."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from embeddings.ranking.familiar import Familiar
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

    last, first: [num_bought] ages in days of the newest and the oldest purchase. codes: [num_bought, num_groups], as
    the facts number groups. taste: [num_tastes, dim], once a ranking has made it of these.
    """

    products: NDArray[np.int64]
    rhythm: NDArray[np.float32]
    activity: NDArray[np.float32]
    last: NDArray[np.int64]
    first: NDArray[np.int64]
    codes: NDArray[np.int64]
    num_codes: int
    taste: NDArray[np.float32] = field(default_factory=lambda: np.empty((0, 0), dtype=np.float32))

    @cached_property
    def familiar(self) -> Familiar:
        """What was bought of each group."""
        return Familiar.bought(self.codes, self.first, self.last, self.num_codes)


def habits_of(
    products: NDArray[np.int64],  # [n] rows, one a (product, day), ordered by product and then day; n ≥ 1
    days: NDArray[np.int64],  # [n] local days
    times: NDArray[np.int64],  # [n]
    today: int,
    facts: ProductFacts,
) -> Habits:
    """The habits of a customer who bought `products` on `days`; what is later than `today` counts as of today."""
    ages = np.minimum(np.maximum(today - days, 0), OLDEST)
    opens = np.ones(len(products), dtype=np.bool_)
    np.not_equal(products[1:], products[:-1], out=opens[1:])
    starts = opens.nonzero()[0]  # [num_bought]
    ends = np.append(starts[1:], len(products)) - 1
    often = ends - starts + 1
    bought = facts.known(products[starts])
    decayed = np.add.reduceat(DECAY.take(ages, axis=1), starts, axis=1)  # [num_half_lives, num_bought]
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
    codes = facts.codes(bought)  # [num_bought, num_groups]
    newest_of = np.full(facts.num_codes, OLDEST)
    for code in codes[:, : len(RHYTHMIC)].T:
        month, season = (np.bincount(code, decayed[half_life]).take(code) for half_life in (D30, D120))
        np.minimum.at(newest_of, code, last)
        newest = newest_of.take(code)
        columns += [month, season, newest, last - newest, decayed[D120] / np.maximum(season, 1e-6)]
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
    rhythm = np.log(np.array(columns, dtype=np.float32).T + 1)  # [num_bought, num_rhythm]
    return Habits(products[starts], rhythm, activity.astype(np.float32), last, first, codes, facts.num_codes)
