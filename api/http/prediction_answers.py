"""Predictions as answers about a customer show them: dated slots of a version, computed as they are asked for."""

from collections.abc import Callable

from msgspec import Struct

from embeddings.predictions import Predictions
from embeddings.snapshot.serving_snapshot import ServingSnapshot
from graph import Product, ProductId, Profile, iso
from graph.identity.consent import ConsentDefaults, Purpose
from graph.instants import day_start
from graph.profile.reading.reading import Reading

__all__ = ["PredictionShown", "predictions_shown"]

PLACES = 4


class PredictionShown(Struct, frozen=True, kw_only=True):
    """A prediction as named values.

    value: of next_purchase the `median`, the first day by which they are as likely as not to have bought again (null
    where that is too far away), and how likely they do `within_7_days` and `within_30_days` after today; of
    category_propensity category → how likely they buy of it within 30 days after today, the likeliest first.
    model, version: what computed it. computed: when. until: the customer's local day, at whose end
    it is another one.
    """

    value: dict[str, str | float | None]
    model: str
    version: str
    computed: str
    until: str


def predictions_shown(
    snapshot: ServingSnapshot,
    profile: Profile,
    reading: Reading,
    product: Callable[[ProductId], Product | None],
    consent: ConsentDefaults,
) -> dict[str, PredictionShown]:
    """By name; none of who refuses personalization or never bought, nor of a version that learnt none."""
    predictions = snapshot.predictions
    if predictions is None or not consent.permit(profile.consents, Purpose.PERSONALIZATION):
        return {}
    values = _values(predictions, profile, reading.today, product)
    computed, until = iso(reading.now), day_start(reading.today).isoformat()
    return {
        name: PredictionShown(value=value, model=model, version=snapshot.version, computed=computed, until=until)
        for name, (model, value) in values.items()
    }


def _values(
    predictions: Predictions, profile: Profile, today: int, product: Callable[[ProductId], Product | None]
) -> dict[str, tuple[str, dict[str, str | float | None]]]:
    """name → (model, value)"""
    shopping = predictions.shopping(profile, product)
    forecast = predictions.next_purchase.forecast(shopping, today)
    if forecast is None:
        return {}
    following: dict[str, str | float | None] = {
        "median": None if forecast.days is None else day_start(today + forecast.days).isoformat(),
        "within_7_days": round(forecast.within_7_days, PLACES),
        "within_30_days": round(forecast.within_30_days, PLACES),
    }
    likely = zip(
        predictions.propensity.categories, predictions.propensity.probabilities(shopping, today).tolist(), strict=True
    )
    ranked = sorted(likely, key=lambda one: (-one[1], one[0]))
    return {
        "next_purchase": ("discrete-time hazard", following),
        "category_propensity": ("logistic regression", {name: round(p, PLACES) for name, p in ranked}),
    }
