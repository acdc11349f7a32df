"""What is known of each category on a day: how many buy of it, how many again, and how that changes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embeddings.predictions.category_propensity import DAYS, NUM_FACTS
from embeddings.predictions.shopping_days import ShoppingDays

__all__ = ["category_facts"]

DOUBT = 5.0
"""Customers, gaps, that are added to those counted."""


def category_facts(
    everybody: Sequence[ShoppingDays], num_categories: int, today: int
) -> NDArray[np.float64]:  # [NUM_FACTS, num_categories]
    """As `CategoryPropensity` describes them, of what was bought up to `today`."""
    windows = np.zeros((3, num_categories))
    again = np.zeros(num_categories)
    gaps, spans = np.zeros(num_categories), np.zeros(num_categories)
    customers = 0
    for shopping in everybody:
        if shopping.days[0] > today:
            continue
        customers += 1
        known = shopping.category_day <= today
        category, day = shopping.category[known], shopping.category_day[known]
        age = (today - day) // DAYS
        bought = np.zeros((3, num_categories), dtype=np.bool_)
        recent = age < 3
        bought[age[recent], category[recent]] = True
        windows += bought
        again += bought[0] & bought[1]
        same = category[1:] == category[:-1]
        gaps += np.bincount(category[1:][same], minlength=num_categories)
        spans += np.bincount(category[1:][same], np.diff(day)[same], minlength=num_categories)
    share = (windows.mean(axis=0) + 0.5) / (customers + 1.0)
    usually = np.minimum(share, 0.999)
    repeated = (again + DOUBT * usually) / (windows[1] + DOUBT)
    usual = (spans + DOUBT * DAYS) / (gaps + DOUBT)
    facts = np.empty((NUM_FACTS, num_categories))
    facts[0] = np.log(usually / (1 - usually))
    facts[1] = np.log(repeated / (1 - repeated))
    facts[2] = np.log((windows[0] + DOUBT) / (windows.mean(axis=0) + DOUBT))
    facts[3] = np.log(np.maximum(usual, 1.0))
    return facts
