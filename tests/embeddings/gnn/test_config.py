"""GnnConfig refuses what cannot be."""

import pytest

from embeddings.gnn import GnnConfig
from graph import InteractionKind, InvalidValue


def test_the_defaults_are_accepted() -> None:
    assert GnnConfig().dim == 64


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dim", 0),
        ("epochs", -1),
        ("targets_per_customer", 0),
        ("base_learning_rate", -0.1),
        ("learning_rate", 0.0),
        ("temperature", float("nan")),
        ("half_life_days", -1.0),
        ("discovery_half_life_days", 0.0),
        ("kind_weights", {InteractionKind.VIEWED: float("nan")}),
        ("new_product_ridge", 0.0),
        ("group_interactions", 0.0),
        ("group_ridge", -1.0),
        ("factor_learning_rate", -0.1),
        ("age_bounds", (30.0, 7.0)),
        ("age_bounds", (0.0,)),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(InvalidValue, match=name):
        GnnConfig(**{name: value})  # type: ignore[arg-type]
