"""OfferRules: what an action may cost and what is thought of its chances, compiled."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from recommend.decisions.conditions import Condition, Reckoning, ValueType, Vocabulary
from recommend.decisions.pack.checking import Spot
from recommend.decisions.pack.written.action import Action, Price, Prior, Rung

__all__ = ["NO_INCENTIVE", "OfferRules", "PriceRules", "PriorRules", "RungRules", "offer_rules"]

NO_INCENTIVE = "none"


@dataclass(frozen=True)
class PriorRules:
    """when: None for everybody."""

    prior: Prior
    when: Condition | None


@dataclass(frozen=True)
class RungRules:
    """A level of a ladder. when: None for everybody."""

    rung: Rung
    when: Condition | None
    priors: tuple[PriorRules, ...]


@dataclass(frozen=True)
class PriceRules:
    """In major units of the pack's currency. competitor: the name of the value with a competitor's price, or ""."""

    listed: Reckoning | None
    floor: Reckoning | None
    least_margin: Reckoning | None
    competitor: str


@dataclass(frozen=True)
class OfferRules:
    """priors: without an incentive, the first that holds. ladder: by name, as in the file; without the rung `none`."""

    priors: tuple[PriorRules, ...]
    ladder: Mapping[str, RungRules]
    price: PriceRules | None


def offer_rules(action: Action, names: Vocabulary, spot: Spot) -> OfferRules:
    """Compile an action's priors, ladder and price; what is wrong is told to its spot."""
    ladder = {} if action.incentives is None else action.incentives.ladder
    within = spot.within("incentives", "ladder")
    return OfferRules(
        tuple(_priors(action.priors, names, spot.within("priors"))),
        {name: _rung(name, rung, names, within.within(name)) for name, rung in ladder.items()},
        None if action.price is None else _price(action.price, names, spot.within("price")),
    )


def _priors(priors: tuple[Prior, ...], names: Vocabulary, spot: Spot) -> Iterator[PriorRules]:
    for number, prior in enumerate(priors):
        if not prior.when and number + 1 < len(priors):
            spot.within(number).refuse(None, "a condition: the ones after it are never looked at")
        yield PriorRules(prior, spot.within(number, "when").condition(prior.when, names))


def _rung(name: str, rung: Rung, names: Vocabulary, spot: Spot) -> RungRules:
    if name == NO_INCENTIVE:
        spot.refuse(name, "another name: the level without an incentive is always there")
    if (rung.percent is None) == (rung.amount is None):
        spot.refuse(name, "either a percent or an amount")
    if rung.most is not None and rung.percent is None:
        spot.within("most").refuse(rung.most, "a percent that it bounds")
    when = spot.within("when").condition(rung.when, names)
    return RungRules(rung, when, tuple(_priors(rung.priors, names, spot.within("priors"))))


def _price(price: Price, names: Vocabulary, spot: Spot) -> PriceRules:
    numbers = [name for name, one in names.variables.items() if one.type is ValueType.NUMBER]
    spot.within("competitor").refer(price.competitor, numbers, "the name of a number")
    return PriceRules(
        spot.within("list").reckoning(price.list_price, names),
        spot.within("floor").reckoning(price.floor, names),
        spot.within("least_margin").reckoning(price.least_margin, names),
        price.competitor,
    )
