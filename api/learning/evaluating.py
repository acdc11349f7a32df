"""Evaluation: every method on the same split of a data folder, the whole recommender beside them."""

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from api.learning.ablations import ABLATIONS
from api.learning.contenders import contenders
from api.learning.leaderboard import Leaderboard
from api.learning.learning_data import LearningData
from api.progress import stage
from api.settings import Settings
from embeddings.baselines import BASELINES, GRIDS, JOINED, JOINS, Tuned, fixed_lineup, tuned, tuned_lineup
from embeddings.errors import NothingToEvaluate
from embeddings.evaluation import Split, Task, evaluate, last_cut, leave_last_out, time_split, validation_split
from embeddings.evaluation.split import TEST_DAYS
from graph import EdgeArrays, Instant, InvalidValue, ProductId
from recommend.placements import Placements

__all__ = ["SPLITS", "evaluated"]


@dataclass(frozen=True)
class SplitBy:
    """What is held out, and of what remains what settings are chosen on."""

    says: str
    measured: Callable[[EdgeArrays], Split]
    before: Callable[[EdgeArrays, Split], Split]


SPLITS: Mapping[str, SplitBy] = {
    "time": SplitBy(
        f"the last {TEST_DAYS} days",
        lambda edges: time_split(edges, last_cut(edges)),
        lambda edges, split: validation_split(edges, split.cut),
    ),
    "leave-last-out": SplitBy(
        "each customer's last basket", leave_last_out, lambda edges, split: leave_last_out(split.train)
    ),
}


def evaluated(
    settings: Settings,
    k: int,
    seed: int,
    *,
    split: SplitBy,
    quick: bool,
    tuning_seconds: float,
    reference: str | None,
) -> Leaderboard:
    """The baselines, tuned on the window before unless `quick`, and our own models, on one split.

    Nothing held out is looked at: no interaction, no campaign, no product's description or price. InvalidValue where
    the reference is no line of the table.
    """
    clock = Stopwatch()
    known = LearningData.read(settings)
    held = _split(known.edges, split)
    clock("reading the graph")
    chosen: dict[str, Tuned] = {}
    baselines = fixed_lineup()
    if not quick:
        chosen = _tuned(split.before(known.edges, held), k, tuning_seconds)
        baselines = tuned_lineup(chosen)
        clock("choosing settings")
    products, campaigns = known.described_at(held.cut)
    with tempfile.TemporaryDirectory(prefix="patron-evaluate-") as folder:
        ours = contenders(
            held,
            products,
            campaigns,
            known.customers_at(held.cut),
            placements=Placements.read(settings.placements_file),
            seed=seed,
            folder=Path(folder),
        )
        clock("training ours")
        methods = {**baselines, **ours}
        if reference is not None and reference not in methods:
            raise InvalidValue("reference", reference, f"one of {', '.join(methods)}")
        with stage("comparing the methods") as advance:
            table = evaluate(
                methods,
                held,
                rng=np.random.default_rng(seed),
                k=k,
                categories={ProductId(product.id): product.category for product in products},
                progress=lambda what, done, total: advance(done, total, what),
            )
        clock("comparing the methods")
    against = {task: reference or table.best(baselines, task) for task in Task}
    return Leaderboard(
        table=table,
        split=split.says,
        begins=Instant(int(known.edges.at.min())),
        ends=Instant(int(known.edges.at.max())),
        customers=len(known.edges.customers),
        products=len(known.edges.targets),
        interactions=len(known.edges),
        reference=against,
        differences=table.differences(against),
        ablations=[table.difference(*pair, task) for task in Task for pair in ABLATIONS],
        baselines=tuple(baselines),
        fixed={name: repr(method) for name, method in BASELINES.items()} if quick else {},
        tuned=chosen,
        seconds=clock.seconds,
    )


def _split(edges: EdgeArrays, by: SplitBy) -> Split:
    """What is held out and the rest; NothingToEvaluate before anything is trained in vain."""
    try:
        split = by.measured(edges)
        split.matrix()
        for task in Task:
            split.held_out(task)
    except NothingToEvaluate as error:
        raise NothingToEvaluate(
            f"too small to evaluate: {error}; expected purchases in {by.says}, some of them of products new to the "
            "customer, and interactions before"
        ) from None
    return split


def _tuned(split: Split, k: int, seconds: float) -> dict[str, Tuned]:
    try:
        with stage("choosing the baselines' settings") as advance:
            return tuned(
                GRIDS,
                JOINED,
                JOINS,
                split,
                k=k,
                seconds=seconds,
                progress=lambda what, done, total: advance(done, total, what),
            )
    except NothingToEvaluate as error:
        raise NothingToEvaluate(f"too small to choose settings: {error}; --quick takes fixed ones") from None


class Stopwatch:
    """How long each part of the work took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._begun = time.perf_counter()

    def __call__(self, done: str) -> None:
        now = time.perf_counter()
        self.seconds[done] = now - self._begun
        self._begun = now
