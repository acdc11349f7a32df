"""GnnConfig: the settings of the graph neural network and its training."""

import math
from dataclasses import dataclass, field

from graph import InteractionKind, InvalidValue

__all__ = ["GnnConfig"]


@dataclass(frozen=True)
class GnnConfig:
    """Defaults were chosen on the two months before the demo's test month; docs/concepts/embeddings.md says how.

    epochs: the most there may be; rates fall over all of them. Validation may end training before, at the best one.
    kind_weights: what an interaction of a kind is worth in a history and as a target; kinds not named are left out. A
        dislike, below 0, turns a customer away from the product and what is like it, and is no target.
    half_life_days, times_power, degree_power: of the customer function.
    factor_learning_rate: of what an interaction's weight is multiplied by, one factor a kind and age;
        0 leaves them 1, as where one sort alone occurs.
    age_bounds: days, rising, from each of which on an interaction has another factor.
    spectral_half_life_days, spectral_power: of the matrix that training starts from, and of its singular values.
    start_power: of the singular values too, in the vectors that products start from.
    spectral_start: start from that matrix, or from random vectors: another network to join with the first.
    popularity_power, discovery_power: a product is scored times popularity^a · discovery^b, each with its half-life in
        days: how many customers interact with it of late, and how many do so for the first time.
    targets_half_life_days: how much less often a product first met longer ago is drawn as a target.
    head_power: targets are drawn times that factor to this power, so that training cares for what lists can hold.
    batch_customers, targets_per_customer: one step has their product of (customer, target) pairs, and the distinct
        targets of all pairs as the negatives of each.
    every_pair: an epoch asks for every product of every customer once, instead of for some drawn ones of each.
    cosine: products are at unit length while training, and gain their popularity afterwards, when they serve: many
        negatives drawn as often as they are bought have taken it out of what is learnt.
    log_popularity: how often temperature · log(customers a product has) is added to a score that serves. Where in-batch
        negatives took popularity out, 1 gives back what they took.
    half_precision: scores and their gradient in bfloat16, sums in float32: twice as fast where the processor has it.
    base_learning_rate: of what is learnt of single products; `learning_rate` is that of all they share. Both rise over
        `warmup_steps` and then fall linearly.
    attributes: whether products get messages from what describes them. attribute_ridge: how reluctantly at the start.
    new_product_ridge: how reluctantly vectors of products that nobody bought follow what each attribute seems to say.
    group_interactions: how many interactions of today a customer's groups count as much as in their vector.
    group_ridge: how reluctantly a group differs from everyone.
    leave_out: take a target out of its customer's sum while training.
    patience: how many epochs without a better validation NDCG end the training.
    seed: what the caller's generator starts from.
    """

    dim: int = 64
    epochs: int = 2
    learning_rate: float = 0.001
    base_learning_rate: float = 0.0
    warmup_steps: int = 0
    temperature: float = 0.8
    cosine: bool = False
    every_pair: bool = False
    half_precision: bool = False
    batch_customers: int = 256
    targets_per_customer: int = 8
    kind_weights: dict[InteractionKind, float] = field(
        default_factory=lambda: {
            InteractionKind.PURCHASED: 1.0,
            InteractionKind.ADDED_TO_CART: 0.6,
            InteractionKind.CLICKED: 0.3,
            InteractionKind.VIEWED: 0.3,
            InteractionKind.RATED: 0.3,
            InteractionKind.DISMISSED: -0.3,
            InteractionKind.REMOVED_FROM_CART: -0.6,
            InteractionKind.RETURNED: -1.0,
        }
    )
    half_life_days: float = 60.0
    times_power: float = 0.5
    degree_power: float = 0.4
    factor_learning_rate: float = 0.03
    age_bounds: tuple[float, ...] = (7.0, 30.0, 90.0)
    spectral_half_life_days: float = 60.0
    spectral_power: float = 0.7
    start_power: float = 0.0
    spectral_start: bool = True
    popularity_power: float = 0.15
    popularity_half_life_days: float = 30.0
    discovery_power: float = 0.5
    discovery_half_life_days: float = 7.0
    log_popularity: float = 0.0
    targets_half_life_days: float = 60.0
    head_power: float = 2.0
    attributes: bool = True
    attribute_ridge: float = 10.0
    new_product_ridge: float = 30.0
    group_interactions: float = 3.0
    group_ridge: float = 10.0
    leave_out: bool = True
    patience: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("dim", "batch_customers", "targets_per_customer", "patience"):
            if getattr(self, name) < 1:
                raise InvalidValue(name, getattr(self, name), "an integer of 1 or more")
        for name in ("epochs", "warmup_steps", "seed"):
            if getattr(self, name) < 0:
                raise InvalidValue(name, getattr(self, name), "an integer of 0 or more")
        above_zero = (
            "learning_rate",
            "temperature",
            "attribute_ridge",
            "new_product_ridge",
            "group_interactions",
            "group_ridge",
        )
        for name in (*above_zero, *(name for name in vars(self) if name.endswith("half_life_days"))):
            if not getattr(self, name) > 0:
                raise InvalidValue(name, getattr(self, name), "a number above 0")
        for name in ("base_learning_rate", "factor_learning_rate", "log_popularity"):
            if not getattr(self, name) >= 0:
                raise InvalidValue(name, getattr(self, name), "a number of 0 or more")
        if list(self.age_bounds) != sorted(set(self.age_bounds)) or not all(days > 0 for days in self.age_bounds):
            raise InvalidValue("age_bounds", self.age_bounds, "days above 0, rising")
        for kind, weight in self.kind_weights.items():
            if not math.isfinite(weight):
                raise InvalidValue(f"kind_weights[{kind}]", weight, "a finite number")
