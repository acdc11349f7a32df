"""Discretion: what is told of a customer to callers who hold no secret key, and may have guessed the customer's id."""

from msgspec.structs import replace

from api.http.problems import Forbidden
from recommend.answers import Item, Placement, Reason, Recommendation, RecommendationRequest

__all__ = ["discreet", "refuse_traces"]

WITHHELD = "the customer does not permit it"
BOUGHT = ", which you bought "
UNNAMED = {
    "bought_together": "customers take it with or soon after something you bought",
    "same_content": "like something you bought",
    "session": "close to something you bought",
}
"""By kind, what a reason says that would otherwise name a product the customer bought."""


def refuse_traces(asked: RecommendationRequest) -> None:
    """Forbidden where a trace is asked for: it tells what was left out because the customer has it."""
    if asked.explain:
        raise Forbidden("explain: a publishable key may not ask how a list came about")
    for place, wanted in enumerate(asked.placements):
        if wanted.why_not:
            raise Forbidden(f"placements[{place}].why_not: a publishable key may not ask why a product is not shown")


def discreet(answer: Recommendation) -> Recommendation:
    """The same answer, with reasons that tell neither what else the customer bought, nor how often, nor when, nor what
    they wish."""
    return replace(answer, placements=tuple(_placement(placement) for placement in answer.placements))


def _placement(placement: Placement) -> Placement:
    withheld = (WITHHELD,) if placement.withheld else ()
    return replace(placement, items=tuple(_item(item) for item in placement.items), withheld=withheld)


def _item(item: Item) -> Item:
    reasons = (_reason(reason) for reason in item.reasons)
    return replace(item, reasons=tuple(reason for reason in reasons if reason is not None))


def _reason(reason: Reason) -> Reason | None:
    ends = (reason.path[0], reason.path[-1]) if reason.path else ()
    if reason.kind == "buy_again":
        return Reason(reason.kind, "you bought it before", ends)
    if BOUGHT not in reason.text:
        return reason
    text = UNNAMED.get(reason.kind)
    return None if text is None else Reason(reason.kind, text, ends)
