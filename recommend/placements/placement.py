"""Place: how one place of a shop makes its list: sources, weights, filters, diversity and rules."""

from enum import StrEnum
from typing import Any

from pydantic import ConfigDict, Field, NonNegativeFloat, PositiveInt, model_validator
from pydantic.dataclasses import dataclass
from pydantic_core import PydanticCustomError

from graph.identity.wishes import MessageKind
from recommend.placements.rule import Rule

__all__ = ["Diversity", "Filters", "Live", "Place", "Signal", "SourceName"]

LEARNT = "learnt"
UNLEARNT = 1.0
"""What the session counts beside `likely` in a version that did not learn it."""

_STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)


class SourceName(StrEnum):
    NEIGHBOURS = "neighbours"
    SIMILAR_CUSTOMERS = "similar_customers"
    BOUGHT_TOGETHER = "bought_together"
    BUY_AGAIN = "buy_again"
    POPULAR = "popular"
    SAME_CONTENT = "same_content"
    SESSION = "session"
    SESSION_NEIGHBOURS = "session_neighbours"


class Signal(StrEnum):
    """What a candidate is scored by, each between 0 and 1 over the candidates of a list."""

    LONG_TERM = "long_term"  # inner product with the vector of the whole history
    SESSION = "session"  # inner product with the vector of the session and the page
    SIMILAR_CUSTOMERS = "similar_customers"
    BOUGHT_TOGETHER = "bought_together"
    BUY_AGAIN = "buy_again"
    POPULAR = "popular"
    SAME_CONTENT = "same_content"
    LIKELY = "likely"  # how likely it is bought within a month: again, or for the first time


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Live:
    """How much the long-term vector and the session's vector count in the vector that is searched with."""

    long_term: NonNegativeFloat = 0.5
    session: NonNegativeFloat = 0.5


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Filters:
    """What a list leaves out besides what cannot be sold, lies in the cart or is disliked.

    just_bought_days: hide what was bought in so many days. bought: hide whatever was ever bought.
    bought_once: categories a customer buys from once: what they bought there stays hidden.
    where: a CEL condition every item meets.
    region: by what name the request's context, or else a trait of the customer, says where they are (a store, a
    country): a product that names regions is shown in those alone. None: wherever they are.
    """

    just_bought_days: NonNegativeFloat = 0.0
    bought: bool = False
    bought_once: frozenset[str] = frozenset()
    where: str | None = None
    region: str | None = Field(default="region", min_length=1)


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Diversity:
    """penalty: what the cosine to the nearest item already chosen costs, as a share of the best score.

    per_subcategory, per_brand: at most so many, as long as there is something else. pool: candidates looked at.
    """

    penalty: NonNegativeFloat = 0.0
    per_subcategory: PositiveInt | None = None
    per_brand: PositiveInt | None = None
    pool: PositiveInt = 60


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Place:
    """One placement. sources: how many candidates each brings. weights: what each signal counts.

    kind: of the message it is sent in, where it is one; channel, topic: by which way, and what about.
    learnt_session: the weights say ``session: learnt``. What a session changes is then what was learnt of past baskets,
    on the scale of `likely`; the number in its place counts where nothing was learnt.
    """

    k: int = Field(default=12, ge=1, le=200)
    sources: dict[SourceName, PositiveInt] = Field(min_length=1)
    weights: dict[Signal, NonNegativeFloat] = Field(min_length=1)
    live: Live = Field(default_factory=Live)
    filters: Filters = Field(default_factory=Filters)
    diversity: Diversity = Field(default_factory=Diversity)
    rules: tuple[Rule, ...] = ()
    kind: MessageKind | None = None
    channel: str | None = Field(default=None, min_length=1)
    topic: str | None = Field(default=None, min_length=1)
    learnt_session: bool = False

    @model_validator(mode="after")
    def _message(self) -> "Place":
        if self.kind is None and (self.channel is not None or self.topic is not None):
            raise ValueError(f"a channel and a topic only beside a kind: {', '.join(MessageKind)}")
        return self

    @model_validator(mode="before")
    @classmethod
    def _read_learnt(cls, content: Any) -> Any:
        """``session: learnt`` among the weights as its flag, and the number that stands in for it."""
        weights = content.get("weights") if isinstance(content, dict) else None
        if not isinstance(weights, dict) or weights.get(Signal.SESSION) != LEARNT:
            return content
        if not weights.get(Signal.LIKELY):
            raise PydanticCustomError("learnt_session", "a weight of likely beside `session: learnt`")
        return {**content, "weights": {**weights, Signal.SESSION: UNLEARNT}, "learnt_session": True}
