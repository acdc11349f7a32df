"""Once: a method that several lines of a table share, fitted for the first of them."""

from embeddings.evaluation.ranker import ScoreMethod, ScoreRanker
from embeddings.interaction_matrix import InteractionMatrix

__all__ = ["Once"]


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
