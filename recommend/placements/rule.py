"""Rule: what merchandising wants of a list, whatever its scores say, from a date until a date."""

from enum import StrEnum
from functools import cached_property
from typing import Self

from pydantic import AwareDatetime, ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from graph import Instant, Product, to_instant
from recommend.placements.product_filter import ProductFilter

__all__ = ["Action", "Rule"]


class Action(StrEnum):
    PIN = "pin"
    BOOST = "boost"
    BURY = "bury"
    EXCLUDE = "exclude"


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Rule:
    """One rule for the products it names by id or by a CEL condition.

    position: where a pin stands, from 1. factor: what a boosted (over 1) or buried (under 1) score is multiplied by.
    since, until: when it holds, half open, each with its zone; always, where left out.
    """

    name: str = Field(min_length=1)
    action: Action
    products: tuple[str, ...] = ()
    where: str | None = None
    position: int | None = Field(default=None, ge=1, le=200)
    factor: float | None = Field(default=None, gt=0, le=1000, allow_inf_nan=False)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.products) == (self.where is not None):
            raise ValueError("expected either products or where")
        if (self.action is Action.PIN) != (self.position is not None):
            raise ValueError("expected a position for a pin, and for nothing else")
        if (self.action in (Action.BOOST, Action.BURY)) != (self.factor is not None):
            raise ValueError("expected a factor for boost and bury, and for nothing else")
        if self.factor is not None and (self.factor > 1) != (self.action is Action.BOOST):
            raise ValueError("expected a factor over 1 for boost and under 1 for bury")
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise ValueError("expected since to be before until")
        return self

    def active(self, now: Instant) -> bool:
        if self.since is not None and now < to_instant(self.since):
            return False
        return self.until is None or now < to_instant(self.until)

    def selects(self, product: Product) -> bool:
        if self.condition is not None:
            return self.condition.allows(product)
        return product.id in self._named

    @cached_property
    def condition(self) -> ProductFilter | None:
        """The compiled `where`; InvalidValue where it is no condition."""
        return None if self.where is None else ProductFilter(self.where, "where")

    @cached_property
    def _named(self) -> frozenset[str]:
        return frozenset(self.products)
