"""Habits: what a customer's own purchases tell at an instant: the rhythm of each product, their groups, their pace."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.ranking.product_facts import GROUPS, MOST_DAYS, ProductFacts

__all__ = ["ACTIVITY", "GROUP_HABITS", "RHYTHM", "Habits", "habits_of"]

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
    *(f"{group}_{what}" for group in GROUPS[:2] for what in ("decayed_30", "decayed_120", "last", "since", "share")),
)
"""What is known of a bought product; log1p of counts, days and ratios.

last, first: age of the newest and oldest purchase. gap: mean days between purchases, last_gap the newest, gap_spread
their deviation, 0 where it was bought on one day. typical_gap: gap and the product's own, as if that were one more.
due: last / typical_gap. share_of_days: days with it of all days with a purchase. Of subcategory and category: how much
and how lately, the days from this product's last purchase to the group's (`since`), its share of the group.
"""

GROUP_HABITS = ("decayed_30", "decayed_120", "days", "last", "products", "discovered", "share")
ACTIVITY = ("days_7", "days_30", "days_90", "days", "last", "lines_30", "lines", "products", "discovering")
"""Days with purchases, age of the newest, products × days with them, distinct products, the share of new ones."""


@dataclass(frozen=True)
class Habits:
    """products: [num_bought] rows, rising. rhythm: [num_bought, num_rhythm] float32. activity: [num_activity].

    codes, groups: for each of GROUPS the codes bought from, rising, and [num_codes + 1, num_group_habits], the last row
    for a group the customer never bought from.
    """

    products: NDArray[np.int64]
    rhythm: NDArray[np.float32]
    activity: NDArray[np.float32]
    codes: tuple[NDArray[np.int32], ...]
    groups: tuple[NDArray[np.float32], ...]


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
    fresh = DECAY[D30, first]
    codes, groups = [], []
    for column in range(len(GROUPS)):
        order = np.argsort(facts.groups[bought, column], kind="stable")
        code = facts.groups[bought[order], column]
        opens = np.r_[True, code[1:] != code[:-1]]
        begins = np.flatnonzero(opens)
        place = np.empty(len(order), dtype=np.int64)  # [num_bought], which group each product is of
        place[order] = np.cumsum(opens) - 1
        summed = np.add.reduceat(np.stack([decayed[D30], decayed[D120], often, fresh])[:, order], begins, axis=1)
        newest = np.minimum.reduceat(last[order], begins)
        if column < 2:
            columns += [
                summed[0, place],
                summed[1, place],
                newest[place],
                last - newest[place],
                decayed[D120] / np.maximum(summed[1, place], 1e-6),
            ]
        table = np.zeros((len(begins) + 1, len(GROUP_HABITS)), dtype=np.float32)
        table[:-1, 0], table[:-1, 1], table[:-1, 2], table[:-1, 5] = summed
        table[:-1, 3], table[-1, 3] = newest, MOST_DAYS
        table[:-1, 4] = np.diff(np.r_[begins, len(order)])
        table[:-1, 6] = summed[1] / max(float(decayed[D120].sum()), 1e-6)
        codes.append(code[begins])
        groups.append(np.log(table + 1))
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
    return Habits(products[starts], rhythm, activity.astype(np.float32), tuple(codes), tuple(groups))
