"""The ranking of a version: learnt from the months before, with embeddings as they would have been then."""

from collections.abc import Sequence

import numpy as np

from api.progress import stage
from embeddings.embedding_set import EmbeddingSet
from embeddings.gnn.config import GnnConfig
from embeddings.ranking import Ranking
from embeddings.ranking.learning import learn_ranking
from embeddings.training import train
from graph import Campaign, EdgeArrays, Instant, Product

__all__ = ["learnt_ranking"]


def learnt_ranking(
    edges: EdgeArrays,
    products: Sequence[Product],
    campaigns: Sequence[Campaign],
    embeddings: EmbeddingSet,
    config: GnnConfig,
    month_ago: EmbeddingSet | None = None,
) -> Ranking | None:
    """The ranking that goes with `embeddings`, learnt from the interactions up to their `as_of`; None where those are
    too few. config: what the embeddings of a month ago are trained with. What was described or begun after a cut is not
    known there. month_ago: embeddings that were trained so already, used where they end at the cut that is asked for.
    """

    def embed(before: EdgeArrays, cut: Instant) -> EmbeddingSet:
        if month_ago is not None and month_ago.manifest.as_of == cut:
            return month_ago
        known = [product if product.stamp.at <= cut else Product(id=product.id) for product in products]
        begun = [
            campaign
            for campaign in campaigns
            if campaign.stamp.at <= cut and (campaign.starts is None or campaign.starts <= cut)
        ]
        return train(before, known, begun, config=config, as_of=cut, rng=np.random.default_rng(config.seed))

    with stage("learning what is bought again and what next") as advance:
        return learn_ranking(
            edges,
            embeddings.products,
            products,
            as_of=Instant(embeddings.manifest.as_of),
            embed=embed,
            progress=lambda what, done, total: advance(done, total, what),
        )
