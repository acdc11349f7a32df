"""The ranking, the intent and the predictions of a version, learnt from the months before it."""

from collections.abc import Sequence

from api.progress import stage
from embeddings.intent import Intent
from embeddings.intent.learning import learn_intent
from embeddings.predictions import Predictions
from embeddings.predictions.learning import learn_predictions
from embeddings.ranking import Ranking
from embeddings.ranking.learning import learn_ranking
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import EdgeArrays, Instant, Product

__all__ = ["learnt_intent", "learnt_predictions", "learnt_ranking"]


def learnt_ranking(edges: EdgeArrays, products: Sequence[Product], embeddings: EmbeddingSet) -> Ranking | None:
    """The ranking that goes with `embeddings`, of the same products, learnt from the interactions up to their `as_of`;
    None where those are too few."""
    with stage("learning what is bought again and what next") as advance:
        return learn_ranking(
            edges,
            embeddings.products,
            products,
            as_of=Instant(embeddings.manifest.as_of),
            progress=lambda what, done, total: advance(done, total, what),
        )


def learnt_intent(
    edges: EdgeArrays, products: Sequence[Product], embeddings: EmbeddingSet, ranking: Ranking | None
) -> Intent | None:
    """The intent that goes with a ranking of `embeddings`; None where there is no ranking, or too few baskets."""
    if ranking is None:
        return None
    with stage("learning what a session changes") as advance:
        return learn_intent(
            edges,
            embeddings.products,
            products,
            ranking,
            as_of=Instant(embeddings.manifest.as_of),
            progress=lambda what, done, total: advance(done, total, what),
        )


def learnt_predictions(edges: EdgeArrays, products: Sequence[Product]) -> Predictions | None:
    """What is predicted of customers after the newest day of these interactions; None where they are too few."""
    with stage("learning when customers buy next and what of") as advance:
        return learn_predictions(
            edges,
            products,
            today=int(edges.day.max()),
            progress=lambda what, done, total: advance(done, total, what),
        )
