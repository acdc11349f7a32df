"""search: the best settings that a time allows, by a slice of the training data, and the set they give."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from embeddings.evaluation import Progress, silent
from embeddings.evaluation.split import HeldOut
from embeddings.gnn.config import GnnConfig
from embeddings.gnn.loss import half_precision_is_native
from embeddings.interaction_matrix import InteractionMatrix
from embeddings.settings_search.kept_memory import memory_kept
from embeddings.settings_search.pairs import AS_OF, hold_out
from embeddings.settings_search.trial import Measured, Trial, measured
from embeddings.spectral import SpectralConfig, SpectralFilter
from embeddings.threads import of_torch
from embeddings.training import Pace, pace, train
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import EdgeArrays, InvalidValue

__all__ = ["Found", "search"]

SHARE = 0.2
"""Of each customer's products, held out while settings are chosen."""

QUICK_CUSTOMERS, MOST_CUSTOMERS = 3000, 6000
"""How many customers are asked: to choose the powers of the filter; to judge the network, whose steps are larger."""

NETWORK: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("epochs", (2, 4, 8, 16)),
    ("temperature", (0.1, 0.125)),
    ("temperature", (0.065, 0.05)),
)
"""What is tried of it, one after the other, as long as it gets better. The rate falls to nothing over the epochs, so
each number of them is a training of its own."""

LEAST_PAIRS, MOST_PAIRS, STEPS = 256, 2048, 200
"""Of one step: as many as leave this many steps an epoch."""

SPARE = 0.9
"""The part of the time that is planned for."""

PAIRS = GnnConfig(
    temperature=0.08,
    cosine=True,
    every_pair=True,
    targets_per_customer=1,
    learning_rate=0.001,
    base_learning_rate=0.001,
    factor_learning_rate=0.0,
    warmup_steps=100,
    spectral_power=1.0,
    start_power=0.5,
    popularity_power=0.0,
    discovery_power=0.0,
    log_popularity=1.0,
    attributes=False,
)
"""The network where nothing is known but pairs: what is learnt is learnt of each product."""


@dataclass(frozen=True)
class Found:
    """The set learnt from everything with the settings chosen, and all that was tried on the way, in order."""

    embeddings: EmbeddingSet
    trials: tuple[Trial, ...]
    seconds: float


def search(
    edges: EdgeArrays,
    *,
    dim: int,
    seconds: float,
    rng: np.random.Generator,
    half_precision: bool | None = None,
    progress: Progress = silent,
    clock: Callable[[], float] = time.monotonic,
) -> Found:
    """Choose between the spectral filter and the network it starts, and their settings, within about `seconds`.

    A fifth of each customer's products is held out; every choice is by NDCG@20 on it, and what is not better by more
    than a standard error is not chosen over what is simpler. Then the winner learns from all edges. The filter always
    fits, however short the time: it is there after two decompositions. The network is tried where two epochs on the
    slice and two on everything are left; it has as many dimensions as the best filter, fewer where only those fit.
    Where nobody has two products nothing can be held out, and the filter has its defaults.

    half_precision: see GnnConfig; None where the processor multiplies bfloat16 itself.
    """
    if not 0 < seconds < math.inf:
        raise InvalidValue("seconds", seconds, "a finite number above 0")
    if dim < 1:
        raise InvalidValue("dim", dim, "an integer of 1 or more")
    if not len(edges):
        raise InvalidValue("edges", "no pairs", "at least one to learn from")
    halves = half_precision_is_native() if half_precision is None else half_precision
    with memory_kept():
        run = _Run(edges, dim, clock() + seconds, rng, halves, progress, clock, clock())
        spectral = run.best_filter()
        whole = SpectralFilter.fit(run.everything, spectral).embeddings(spectral)
        network = run.best_network(spectral.dim)
        return Found(network or whole, tuple(run.trials), clock() - run.begun)


class _Run:
    def __init__(
        self,
        edges: EdgeArrays,
        dim: int,
        deadline: float,
        rng: np.random.Generator,
        half_precision: bool,
        progress: Progress,
        clock: Callable[[], float],
        begun: float,
    ) -> None:
        self.edges, self.rng, self.progress, self.clock, self.begun = edges, rng, progress, clock, begun
        self.deadline, self.half_precision = deadline, half_precision
        self.slice, self.held_out = hold_out(edges, SHARE, rng, MOST_CUSTOMERS)
        self.matrix = InteractionMatrix.from_edges(self.slice, AS_OF)
        self.everything = InteractionMatrix.from_edges(edges, AS_OF)
        self.dim = max(1, min(dim, *(size - 1 for size in self.matrix.shape)))
        self.trials: list[Trial] = []
        self.least: Measured | None = None  # of the filter, by all customers asked
        self.judging = 0.0  # seconds that asking all customers takes

    def judged(self, embeddings: EmbeddingSet, model: str, settings: dict[str, Any], held_out: HeldOut) -> Measured:
        result = measured(embeddings, self.matrix, held_out)
        recall, ndcg = float(result.recall.mean()), float(result.ndcg.mean())
        self.trials.append(Trial(model, settings, recall, ndcg, self.clock() - self.begun))
        self.progress(f"{model} {settings}: recall {recall:.4f}, NDCG {ndcg:.4f}", 0, 0)
        return result

    def best_filter(self) -> SpectralConfig:
        """One power after the other, then fewer dimensions, in time; the default unless another is better."""
        best = SpectralConfig(dim=self.dim)
        if not self.held_out.customers:
            return best
        asked, begun = _first(self.held_out, QUICK_CUSTOMERS), self.clock()
        fitted = SpectralFilter.fit(self.matrix, best)
        fitting = (self.clock() - begun) / (1.0 - SHARE)  # everything, afterwards

        def tried(config: SpectralConfig, held_out: HeldOut) -> Measured:
            return self.judged(fitted.embeddings(config), "spectral filter", _told(config), held_out)

        steps: tuple[tuple[str, tuple[float, ...]], ...] = (
            ("popularity_power", (0.2, 0.4)),
            ("strength_power", (0.7,)),
            ("dim", tuple(max(1, self.dim // part) for part in (2, 4))),
        )
        found = tried(best, asked)
        for name, values in steps:
            start = best
            for value in values:
                if self.clock() + fitting > self.deadline:
                    return best
                choice: dict[str, Any] = {name: value}
                other = replace(start, **choice)
                if other != start and (also := tried(other, asked)).better_than(found):
                    best, found = other, also
        begun = self.clock()
        self.least = tried(best, self.held_out)
        self.judging = self.clock() - begun
        return best

    def best_network(self, dim: int) -> EmbeddingSet | None:
        """The network of as many numbers a product, and one for its popularity, learnt from everything; None if the
        filter found as much on the slice, if there is no time for learning twice, or less left than the filter took.

        It learns for some epochs, and from the start again for twice as many, until that is no better, or as
        many as fit into the time; then at higher and at lower temperatures.
        """
        probed = None if self.least is None else self.probed(min(dim, self.dim - 1))
        if self.least is None or probed is None:
            return None
        config, (epoch, threads), starting = probed
        with of_torch(threads):
            return self.chosen_network(self.least, config, epoch, starting)

    def chosen_network(self, best: Measured, config: GnnConfig, epoch: float, starting: float) -> EmbeddingSet | None:
        """The network of the best settings, learnt from everything; None where none is better than `best`.

        epoch: how many seconds one takes; starting: those before the first.
        """
        chosen: GnnConfig | None = None
        for name, values in NETWORK:
            for value in values:
                change: dict[str, Any] = {name: value}
                tried, begun = replace(chosen or config, **change), self.clock()
                fitting = self.fitting(starting, epoch)
                if name == "epochs" and fitting > (1 if chosen is None else chosen.epochs):
                    tried = replace(tried, epochs=min(tried.epochs, fitting))
                if tried.epochs > fitting:
                    break
                learnt = self._trained(self.slice, tried, self.held_out)
                epoch = (self.clock() - begun) / max(len(learnt.manifest.curve) - 1, 1)  # with its measurement
                planned, tried = tried.epochs, replace(tried, epochs=int(learnt.manifest.parameters["best_epoch"]))
                found = self.judged(learnt, "GNN", {"dim": learnt.dim, **_learning(tried)}, self.held_out)
                if found.better_than(best):
                    chosen, best = tried, found
                if chosen is not None and (chosen is not tried or tried.epochs < planned):  # longer is worse already
                    break
        if chosen is None:
            return None
        most = int(SPARE * (self.deadline - self.clock()) * (1.0 - SHARE) / epoch)
        return self._trained(self.edges, replace(chosen, epochs=min(chosen.epochs, max(most, 1))), None)

    def probed(self, dim: int) -> tuple[GnnConfig, Pace, float] | None:
        """The network of so many dimensions, or a half or a quarter of them, of which two epochs fit into the time; how
        long one takes, and the seconds before the first."""
        pairs = min(MOST_PAIRS, max(LEAST_PAIRS, len(self.slice) // STEPS))
        for part in (1, 2, 4):
            begun = self.clock()
            if dim < part or self.deadline - begun < begun - self.begun:
                return None
            config = replace(PAIRS, dim=dim // part, batch_customers=pairs, half_precision=self.half_precision)
            found = pace(self.slice, config, AS_OF, np.random.default_rng(config.seed))
            starting = self.clock() - begun
            if found.seconds > 0 and self.fitting(starting, found.seconds) >= 2:
                return config, found, starting
        return None

    def fitting(self, starting: float, epoch: float) -> int:
        """How many epochs of so many seconds fit into what is left, each measured and once more over everything, which
        takes as much longer as there are more pairs; both trainings start in `starting` seconds."""
        left = SPARE * (self.deadline - self.clock()) - 2.0 * starting
        return int(left / (epoch + self.judging + epoch / (1.0 - SHARE)))

    def _trained(self, edges: EdgeArrays, config: GnnConfig, held_out: HeldOut | None) -> EmbeddingSet:
        rng = np.random.default_rng(config.seed)
        return train(edges, [], [], config=config, as_of=AS_OF, rng=rng, validation=held_out, progress=self.progress)


def _learning(config: GnnConfig) -> dict[str, Any]:
    return {name: getattr(config, name) for name in ("epochs", "temperature")}


def _told(config: SpectralConfig) -> dict[str, Any]:
    return {name: getattr(config, name) for name in ("dim", "strength_power", "popularity_power")}


def _first(held_out: HeldOut, most: int) -> HeldOut:
    """Evenly spread over the customers, at most so many."""
    chosen = np.unique(np.linspace(0, len(held_out.customers) - 1, most).astype(np.int64))
    customers = [held_out.customers[row] for row in chosen.tolist()]
    return replace(held_out, customers=customers, relevant=sparse.csr_array(held_out.relevant[chosen]))
