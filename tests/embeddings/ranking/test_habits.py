"""A customer's habits against a plain model, a product at a time."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.ranking.habits import ACTIVITY, RHYTHM, habits_of
from embeddings.ranking.product_facts import GROUPS, product_facts
from tests.embeddings.ranking.shelf import AS_OF, DESCRIBED, NUM_PRODUCTS, PRODUCTS, edges_of, forty_days

TODAY = 20_000
FACTS = product_facts(edges_of(forty_days()), PRODUCTS, DESCRIBED, AS_OF)

Bought = dict[int, dict[int, int]]  # product -> day -> times

histories = st.dictionaries(
    st.integers(0, NUM_PRODUCTS + 2),
    st.dictionaries(st.integers(TODAY - 380, TODAY + 2), st.integers(1, 4), min_size=1, max_size=6),
    min_size=1,
    max_size=8,
)


def plain(bought: Bought, product: int) -> dict[str, float]:
    """The rhythm of one product, as its names say it."""
    known = min(product, NUM_PRODUCTS)
    ages = sorted((max(TODAY - day, 0) for day in bought[product]), reverse=True)
    gaps = [earlier - later for earlier, later in pairwise(ages)]
    gap = sum(gaps) / len(gaps) if gaps else 0.0
    typical = (len(gaps) * max(gap, 1.0) + float(FACTS.values[known, 0])) / (len(gaps) + 1)
    days = {day for held in bought.values() for day in held}
    late = sum(TODAY - day < 90 for day in days)
    found = {f"decayed_{h}": sum(2 ** (-age / h) for age in ages) for h in (7, 15, 30, 60, 120, 300)}
    found |= {
        "days": len(ages),
        "times": sum(bought[product].values()),
        "last_times": bought[product][max(bought[product])],
        "last": ages[-1],
        "first": ages[0],
        "gap": gap,
        "last_gap": gaps[-1] if gaps else 0.0,
        "gap_spread": float(np.std(gaps)) if gaps else 0.0,
        "typical_gap": typical,
        "due": ages[-1] / typical,
        "share_of_days": len(ages) / len(days),
        "share_of_90_days": sum(age < 90 for age in ages) / max(late, 1),
    }
    for number, group in enumerate(GROUPS):
        code = FACTS.groups[known, number]
        beside = [
            [max(TODAY - day, 0) for day in held]
            for other, held in bought.items()
            if FACTS.groups[min(other, NUM_PRODUCTS), number] == code
        ]
        newest = min(min(held) for held in beside)
        found[f"{group}_last"], found[f"{group}_since"] = newest, ages[-1] - newest
        for h in (30, 120):
            found[f"{group}_decayed_{h}"] = sum(2 ** (-age / h) for held in beside for age in held)
        found[f"{group}_share"] = found["decayed_120"] / max(found[f"{group}_decayed_120"], 1e-6)
    return found


def columns(bought: Bought) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = [(product, day, times) for product, held in sorted(bought.items()) for day, times in sorted(held.items())]
    products, days, times = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return products, days, times


@settings(max_examples=60, deadline=None)
@given(histories)
def test_rhythm_is_what_a_plain_model_says(bought: Bought) -> None:
    habits = habits_of(*columns(bought), TODAY, FACTS)
    assert habits.products.tolist() == sorted(bought)
    for row, product in enumerate(sorted(bought)):
        expected = plain(bought, product)
        assert np.allclose(habits.rhythm[row], [np.log1p(expected[name]) for name in RHYTHM], rtol=1e-3, atol=1e-3)


@settings(max_examples=20, deadline=None)
@given(histories)
def test_activity_is_finite(bought: Bought) -> None:
    activity = habits_of(*columns(bought), TODAY, FACTS).activity
    assert activity.shape == (len(ACTIVITY),) and np.isfinite(activity).all()
