"""Record: an answer as the ledger keeps it, a row of a few hundred bytes."""

import msgspec

from recommend.answers import Recommendation, RecommendationRequest

__all__ = ["SCHEMA", "RecordedList", "RecordedRecommendation", "recorded_recommendation", "recorded_row"]

SCHEMA = 2


def recorded_row(request: RecommendationRequest, answer: Recommendation) -> bytes:
    """The answer as MessagePack: schema, who asked and where, versions, what was missing, for each placement its name,
    page product, product ids, scores and sources, and the request's context. Reasons are left out: versions and profile
    give them again."""
    return msgspec.msgpack.encode(
        (
            SCHEMA,
            answer.recommendation_id,
            (request.customer_id, request.anonymous_id, request.session_id, request.page_view_id),
            (answer.versions.embeddings, answer.versions.catalogue, answer.versions.placements),
            answer.degraded,
            [
                (
                    placement.name,
                    asked.product_id,
                    [item.product_id for item in placement.items],
                    [item.score for item in placement.items],
                    [item.source for item in placement.items],
                )
                for asked, placement in zip(request.placements, answer.placements, strict=True)
            ],
            request.context,
        )
    )


class RecordedList(msgspec.Struct, frozen=True, array_like=True):
    """What one placement showed."""

    name: str
    page_product: str | None
    products: list[str]
    scores: list[float]
    sources: list[str]


class RecordedRecommendation(msgspec.Struct, frozen=True, array_like=True):
    """A row of the ledger as it can be read again; `asked` are customer, visitor, session and page view."""

    schema: int
    recommendation_id: str
    asked: tuple[str | None, str | None, str | None, str | None]
    versions: tuple[str, str, str]
    degraded: list[str]
    placements: list[RecordedList]
    context: dict[str, str | int | float | bool]


recorded_recommendation = msgspec.msgpack.Decoder(RecordedRecommendation).decode
"""The recommendation that a row of `recorded_row` holds."""
