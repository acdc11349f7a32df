"""search: the best settings that a time allows, by a slice of the training data, and the set they give."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from embeddings.evaluation import Progress, silent
from embeddings.evaluation.split import HeldOut
from embeddings.gnn.config import GnnConfig
from embeddings.interaction_matrix import InteractionMatrix
from embeddings.settings_search.pairs import AS_OF, hold_out
from embeddings.settings_search.trial import Measured, Trial, measured
from embeddings.spectral import SpectralConfig, SpectralFilter
from embeddings.training import seconds_an_epoch, train
from embeddings.vectors.embedding_set import EmbeddingSet
from embeddings.vectors.joined import joined
from graph import EdgeArrays, InvalidValue

__all__ = ["Found", "search"]

SHARE = 0.2
"""Of each customer's products, held out while settings are chosen."""

QUICK_CUSTOMERS, MOST_CUSTOMERS = 3000, 6000
"""How many customers are asked: to choose the powers of the filter; to judge the network, whose steps are larger."""

MOST_EPOCHS = 12
LEAST_EPOCHS = 2
ENOUGH_EPOCHS = 4
"""With fewer for each of two networks, one takes all the time."""

MOST_DIM = 256
"""Of one network, the dimension of its popularity among them: more alone did not help. Where twice as many are allowed,
a second from a random start is tried."""

WEIGHTS = (0.0, 0.5, 0.8)
"""Of the second network's scores."""

SPARE = 0.9
"""The part of the time that is planned for."""

PAIRS = GnnConfig(
    temperature=0.08,
    cosine=True,
    every_pair=True,
    batch_customers=2048,
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
    half_precision: bool = False,
    progress: Progress = silent,
    clock: Callable[[], float] = time.monotonic,
) -> Found:
    """Choose between the spectral filter and the network it starts, and their settings, within about `seconds`.

    A fifth of each customer's products is held out; every choice is by NDCG@20 on it, and what is not better by more
    than a standard error is not chosen over what is simpler. Then the winner learns from all
    edges. The filter always fits, however short the time: it is there after some seconds. The network is tried where
    at least two epochs on the slice and two on everything are left.
    """
    if not seconds > 0:
        raise InvalidValue("seconds", seconds, "a number above 0")
    run = _Run(edges, dim, clock() + seconds, rng, half_precision, progress, clock, clock())
    spectral = run.best_filter()
    whole = SpectralFilter.fit(run.everything, spectral).embeddings(spectral)
    network = run.best_network()
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
        self.least: Measured

    def judged(self, embeddings: EmbeddingSet, model: str, settings: dict[str, Any], held_out: HeldOut) -> Measured:
        result = measured(embeddings, self.matrix, held_out)
        recall, ndcg = float(result.recall.mean()), float(result.ndcg.mean())
        self.trials.append(Trial(model, settings, recall, ndcg, self.clock() - self.begun))
        self.progress(f"{model} {settings}: recall {recall:.4f}, NDCG {ndcg:.4f}", 0, 0)
        return result

    def best_filter(self) -> SpectralConfig:
        """One power after the other, then half the dimensions; the default unless another is better."""
        asked = _first(self.held_out, QUICK_CUSTOMERS)
        best = SpectralConfig(dim=self.dim)
        fitted = SpectralFilter.fit(self.matrix, best)

        def tried(config: SpectralConfig, held_out: HeldOut) -> Measured:
            return self.judged(fitted.embeddings(config), "spectral filter", _told(config), held_out)

        steps: tuple[tuple[str, tuple[float, ...]], ...] = (
            ("popularity_power", (0.2, 0.4)),
            ("strength_power", (0.7,)),
            ("dim", (max(1, self.dim // 2),)),
        )
        found = tried(best, asked)
        for name, values in steps:
            start = best
            for value in values:
                choice: dict[str, Any] = {name: value}
                other = replace(start, **choice)
                if other != start and (also := tried(other, asked)).better_than(found):
                    best, found = other, also
        self.least = tried(best, self.held_out)
        return best

    def best_network(self) -> EmbeddingSet | None:
        """One network, or two joined, learnt from everything; None if the filter found as much on the slice or if there
        is no time for learning twice."""
        parts = 2 if self.dim >= 2 * MOST_DIM else 1
        config = replace(PAIRS, dim=max(1, min(self.dim, MOST_DIM) - 1), half_precision=self.half_precision)
        begun = self.clock()
        epoch = seconds_an_epoch(self.slice, config, AS_OF, np.random.default_rng(config.seed))
        rounds = SPARE * (self.deadline - self.clock() - (self.clock() - begun)) / (epoch * (2.0 + SHARE))
        if rounds / parts < ENOUGH_EPOCHS:
            parts = 1
        epochs = min(MOST_EPOCHS, int(rounds / parts))
        if epochs < LEAST_EPOCHS:
            return None
        configs = [replace(config, epochs=epochs), replace(config, epochs=epochs, spectral_start=False, seed=1)][:parts]
        learnt: list[EmbeddingSet] = []
        for number, one in enumerate(configs):
            learnt.append(self._trained(self.slice, one, self.held_out))
            configs[number] = replace(one, epochs=int(learnt[-1].manifest.parameters["best_epoch"]))
        best, weight = None, 0.0
        for chosen in WEIGHTS if parts == 2 else (0.0,):
            tried = joined(learnt, (1.0, chosen)[:parts])
            settings = {"dim": tried.dim, "epochs": [one.epochs for one in configs], "weight": chosen}
            found = self.judged(tried, "GNN", settings, self.held_out)
            if best is None or found.better_than(best):
                best, weight = found, chosen
        if best is None or not best.better_than(self.least):
            return None
        weights = (1.0, weight) if weight > 0 else (1.0,)
        return joined([self._trained(self.edges, one, None) for one in configs[: len(weights)]], weights)

    def _trained(self, edges: EdgeArrays, config: GnnConfig, held_out: HeldOut | None) -> EmbeddingSet:
        rng = np.random.default_rng(config.seed)
        return train(edges, [], [], config=config, as_of=AS_OF, rng=rng, validation=held_out, progress=self.progress)


def _told(config: SpectralConfig) -> dict[str, Any]:
    return {name: getattr(config, name) for name in ("dim", "strength_power", "popularity_power")}


def _first(held_out: HeldOut, most: int) -> HeldOut:
    """Evenly spread over the customers, at most so many."""
    chosen = np.unique(np.linspace(0, len(held_out.customers) - 1, most).astype(np.int64))
    customers = [held_out.customers[row] for row in chosen.tolist()]
    return replace(held_out, customers=customers, relevant=sparse.csr_array(held_out.relevant[chosen]))
