"""Once: a method that several lines of a table share, fitted for the first of them."""

from dataclasses import replace

from embeddings.baselines.blend import Blend
from embeddings.baselines.discovered import Discovered
from embeddings.evaluation.ranker import ScoreMethod, ScoreRanker
from embeddings.interaction_matrix import InteractionMatrix

__all__ = ["Once", "Shared"]


class Once:
    """A method that remembers what it learnt: asked again with the same interactions, it does not learn again."""

    def __init__(self, method: ScoreMethod) -> None:
        self._method = method
        self._train: InteractionMatrix | None = None
        self._ranker: ScoreRanker | None = None

    def fit(self, train: InteractionMatrix) -> ScoreRanker:
        if self._ranker is None or self._train is not train:
            self._train, self._ranker = train, self._method.fit(train)
        return self._ranker


class Shared:
    """Methods as `Once`, each the same whenever it is asked for, also where it is the first part of another."""

    def __init__(self) -> None:
        self._held: dict[ScoreMethod, Once] = {}

    def once(self, method: ScoreMethod) -> Once:
        if method not in self._held:
            self._held[method] = Once(self.parted(method))
        return self._held[method]

    def parted(self, method: ScoreMethod) -> ScoreMethod:
        """The method itself, not held, its first part held where it has one."""
        return replace(method, first=self.once(method.first)) if isinstance(method, Blend | Discovered) else method
