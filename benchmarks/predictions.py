"""When customers buy next and what of, predicted from all but the last 30 days, against simple guesses."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if not __package__:  # run by its path: what lies beside it must not be taken for the packages of those names
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np
from numpy.typing import NDArray

from api.learning.learning_data import LearningData
from api.settings import loaded_settings
from benchmarks.machine import machine, printed
from embeddings.evaluation.bootstrap import paired_difference
from embeddings.predictions import Predictions, ShoppingDays
from embeddings.predictions.learning import PredictionsConfig, learn_predictions, shopping_of

DAYS = 30
WEEK = 7
BINS = 15
LEAST, MOST = 1e-3, 1 - 1e-3
FREQUENT_DAYS = 180

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Held:
    """Customers who bought something up to the day `today`, with what they did after it."""

    shopping: Sequence[ShoppingDays]
    today: int
    num_categories: int

    @classmethod
    def of(cls, everybody: Sequence[ShoppingDays], today: int, num_categories: int) -> "Held":
        return cls([one for one in everybody if one.days[0] <= today], today, num_categories)

    def waited(self) -> Floats:  # [num_customers]
        """Days to the next purchase; DAYS + 1 where there was none within DAYS."""
        coming = [one.after(self.today, DAYS).days for one in self.shopping]
        return np.array([days[0] - self.today if len(days) else DAYS + 1 for days in coming], dtype=np.float64)

    def bought(self) -> NDArray[np.bool_]:  # [num_customers, num_categories]
        return self._categories(self.today, DAYS) > 0

    def frequency(self) -> Floats:  # [num_customers, num_categories]
        """At least one purchase expected within DAYS, of as many as on the last FREQUENT_DAYS days."""
        counts = self._categories(self.today - FREQUENT_DAYS, FREQUENT_DAYS)
        return np.asarray(1 - np.exp(-counts * DAYS / FREQUENT_DAYS))

    def lately(self) -> Floats:  # [num_customers, num_categories]
        """1 where it was bought within the last DAYS."""
        return (self._categories(self.today - DAYS, DAYS) > 0).astype(np.float64)

    def intervals(self) -> dict[str, Floats]:  # each [num_customers]
        """Days until the next purchase if the customer's last or mean interval came again; at least tomorrow."""
        last, mean = [], []
        for one in self.shopping:
            days = one.until(self.today).days
            gaps = np.diff(days) if len(days) > 1 else np.array([DAYS])
            passed = self.today - days[-1]
            last.append(max(1.0, float(gaps[-1] - passed)))
            mean.append(max(1.0, float(np.round(gaps.mean())) - passed))
        return {"last interval": np.array(last), "mean interval": np.array(mean)}

    def pace(self) -> Floats:  # [num_customers]
        """Bought within a week, if purchases came at random at the customer's mean interval."""
        known = [one.until(self.today).days for one in self.shopping]
        gaps = [float(np.diff(days).mean()) if len(days) > 1 else float(DAYS) for days in known]
        return np.asarray(1 - np.exp(-WEEK / np.array(gaps)))

    def _categories(self, day: int, days: int) -> NDArray[np.int64]:
        after = [one.after(day, days).category for one in self.shopping]
        return np.stack([np.bincount(category, minlength=self.num_categories) for category in after])


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.predictions --data data [--validation] [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.predictions", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a data folder with an imported graph")
    parser.add_argument("--validation", action="store_true", help="the month before the last one, instead of the last")
    parser.add_argument("--seed", type=int, default=0, help="of the resamples (0)")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    known = LearningData.read(loaded_settings(data=options.data))
    today = int(known.edges.day.max()) - DAYS * (2 if options.validation else 1)
    learnt = learn_predictions(known.edges, known.products, today=today, config=PredictionsConfig())
    if learnt is None:
        parser.error(f"too few customers in {options.data} came back to learn from")
    everybody = shopping_of(known.edges, known.products, learnt.propensity.categories)
    size = len(learnt.propensity.categories)
    held, before = Held.of(everybody, today, size), Held.of(everybody, today - DAYS, size)
    rng = np.random.default_rng(options.seed)
    answer = {
        "benchmark": "predictions",
        "machine": machine(),
        "window": "the month before the last" if options.validation else "the last 30 days",
        "customers": len(held.shopping),
        "categories": size,
        "next_purchase": next_purchase(learnt, held, before, rng),
        "propensity": propensity(learnt, held, before, rng),
    }
    printed(answer, options.json)


def next_purchase(learnt: Predictions, held: Held, before: Held, rng: np.random.Generator) -> dict[str, Any]:
    """Days of error of the median, waits longer than DAYS counting as DAYS + 1 on both sides, and p(within a week).

    What a baseline says of the week, where it says yes or no, is how often that came true a month before.
    """
    model = learnt.next_purchase
    left = np.stack([model.survival(one, held.today, DAYS) for one in held.shopping])
    waited, earlier = held.waited(), before.waited()
    usual = float(np.median(earlier))
    told = {
        "model": 1.0 + (left > 0.5).sum(axis=1),
        **held.intervals(),
        "population median": np.full(len(waited), usual),
    }
    errors = {name: np.abs(np.minimum(days, DAYS + 1) - waited) for name, days in told.items()}
    soon, soon_before = waited <= WEEK, earlier <= WEEK
    within = {
        "model": 1 - left[:, WEEK - 1],
        **{
            name: hit_rates(days <= WEEK, before.intervals()[name] <= WEEK, soon_before)
            for name, days in held.intervals().items()
        },
        "random at the mean interval": held.pace(),
        "population share": np.full(len(waited), float(soon_before.mean())),
    }
    came = waited <= DAYS
    return {
        "censored": int((~came).sum()),
        "mean_absolute_error_days": compared(errors, rng),
        "mean_absolute_error_days_of_those_who_came": {
            name: float(error[came].mean()) for name, error in errors.items()
        },
        "brier_within_7_days": compared({name: brier(p, soon) for name, p in within.items()}, rng),
        "log_loss_within_7_days": compared({name: log_loss(p, soon) for name, p in within.items()}, rng),
        "ece_within_7_days": {name: calibration_error(p, soon) for name, p in within.items()},
    }


def propensity(learnt: Predictions, held: Held, before: Held, rng: np.random.Generator) -> dict[str, Any]:
    """Every pair of customer and category; the intervals draw customers with all their categories.

    A baseline is measured raw, and with its shares of a month before in place of what it says.
    """
    bought = held.bought()
    model = np.stack([learnt.propensity.probabilities(one, held.today) for one in held.shopping])
    told = {
        "model": model,
        "frequency": held.frequency(),
        "frequency, calibrated": binned(held.frequency(), before.frequency(), before.bought()),
        "bought lately": held.lately(),
        "bought lately, calibrated": hit_rates(held.lately() > 0, before.lately() > 0, before.bought()),
    }
    return {
        "bought": float(bought.mean()),
        "log_loss": compared({name: log_loss(p, bought).mean(axis=1) for name, p in told.items()}, rng),
        "brier": compared({name: brier(p, bought).mean(axis=1) for name, p in told.items()}, rng),
        "ece": {name: calibration_error(p.ravel(), bought.ravel()) for name, p in told.items()},
        "auc": {name: area(p.ravel(), bought.ravel()) for name, p in told.items()},
        "auc_of_a_category": {name: area_by_category(p, bought) for name, p in told.items()},
    }


def compared(values: Mapping[str, Floats], rng: np.random.Generator) -> dict[str, Any]:
    """The mean of each, and by how much the model's lies below each other one, with its 95 % interval."""
    ours = values["model"]
    others = {name: paired_difference(theirs, ours, rng) for name, theirs in values.items() if name != "model"}
    return {
        "mean": {name: float(value.mean()) for name, value in values.items()},
        "less_than": {
            name: {
                "difference": found.mean,
                "interval": [found.low, found.high],
                "relative": found.mean / max(float(values[name].mean()), 1e-12),
            }
            for name, found in others.items()
        },
    }


def hit_rates(said: NDArray[np.bool_], before: NDArray[np.bool_], happened: NDArray[np.bool_]) -> Floats:
    """How often it happened a month before where it was said, and where not."""
    return np.asarray(np.where(said, happened[before].mean(), happened[~before].mean()))


def binned(told: Floats, before: Floats, happened: NDArray[np.bool_]) -> Floats:
    """How often it happened a month before to those who were told the same."""
    values, place = np.unique(before, return_inverse=True)
    place = place.ravel()
    shares = np.bincount(place, happened.ravel()) / np.bincount(place)
    return np.asarray(np.interp(told, values, shares))


def brier(p: Floats, happened: NDArray[np.bool_]) -> Floats:
    return np.asarray((p - happened) ** 2)


def log_loss(p: Floats, happened: NDArray[np.bool_]) -> Floats:
    """In nats; p is kept between LEAST and MOST."""
    kept = np.clip(p, LEAST, MOST)
    return np.asarray(-np.where(happened, np.log(kept), np.log1p(-kept)))


def calibration_error(p: Floats, happened: NDArray[np.bool_]) -> float:
    """Expected calibration error over BINS bins of equal width."""
    place = np.minimum((p * BINS).astype(np.int64), BINS - 1)
    return float(np.abs(np.bincount(place, p - happened, minlength=BINS)).sum() / len(p))


def area(p: Floats, happened: NDArray[np.bool_]) -> float:
    """Area under the ROC curve, ties counting half."""
    _, place, counts = np.unique(p, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    hits = int(happened.sum())
    return float((middle[place][happened].sum() - hits * (hits + 1) / 2) / (hits * (len(p) - hits)))


def area_by_category(p: Floats, happened: NDArray[np.bool_]) -> float:
    """The mean of the areas within each category that some bought and some did not."""
    columns = np.flatnonzero(happened.any(axis=0) & ~happened.all(axis=0))
    return float(np.mean([area(p[:, column], happened[:, column]) for column in columns]))


if __name__ == "__main__":
    main()
