"""FeatureTable: the features of a pack by name, and what a profile keeps for them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from types import MappingProxyType

from graph.errors import InvalidValue
from graph.profile.features.event_fields import subject_of
from graph.profile.features.fact import Fact
from graph.profile.features.feature import Feature
from graph.profile.features.feed import State
from graph.profile.features.layout import Layouts
from graph.profile.features.plan import MarkPlan, Need, SeriesPlan, number_of_plan, planned
from graph.profile.features.tastes import Tastes

__all__ = ["FeatureTable"]

TASTE_HORIZON = 366


@dataclass(frozen=True, kw_only=True)
class FeatureTable:
    """A compiled table. timezone: where a customer lives who said nothing of it. currency: the one sums are told in.

    fingerprint: names the state it keeps; profiles folded with another one lack something until made anew from the log.
    taste_series: channel, hour -> the series of all behaviour by it.
    plans: number -> series. marks: plan -> number. places: feature -> (number of the series, place in its buckets).
    """

    features: Mapping[str, Feature]
    layouts: Layouts
    plans: Mapping[int, SeriesPlan]
    marks: Mapping[MarkPlan, int]
    places: Mapping[str, tuple[int, int]]
    taste_series: Mapping[str, int]
    timezone: str
    currency: str
    tastes: Tastes
    fingerprint: str

    @classmethod
    def of(
        cls, features: Iterable[Feature], *, timezone: str = "UTC", currency: str = "", tastes: Tastes | None = None
    ) -> "FeatureTable":
        """Plan and compile; InvalidValue for two features of one name, or a rate of features there are not."""
        by_name: dict[str, Feature] = {}
        for feature in features:
            if feature.name in by_name:
                raise InvalidValue("features", feature.name, "names that stand once when windows are added to them")
            by_name[feature.name] = feature
        for feature in by_name.values():
            for part in filter(None, (feature.of, feature.to)):
                if part not in by_name or by_name[part].of:
                    raise InvalidValue(f"features.{feature.name}", part, "the name of a feature that is no rate")
        tastes = tastes or Tastes()
        needs = [feature.need for feature in by_name.values() if feature.need is not None] + _needs_of(tastes)
        plans = planned(needs)
        marks = {feature.mark: number_of_plan(feature.mark, currency) for feature in by_name.values() if feature.mark}
        numbers = {plan: number_of_plan(plan, currency) for plan in dict.fromkeys(plans.values())}
        by_number = {number: plan for plan, number in numbers.items()}
        layouts = Layouts({**by_number, **{number: plan for plan, number in marks.items()}}, currency)
        kept = sorted((*by_number, *marks.values(), *layouts.by_number))
        return cls(
            features=MappingProxyType(by_name),
            layouts=layouts,
            plans=by_number,
            marks=marks,
            places={
                feature.name: (numbers[plans[feature.need]], _place(feature.need, plans[feature.need]))
                for feature in by_name.values()
                if feature.need is not None
            },
            taste_series={need.group: numbers[plans[need]] for need in _needs_of(tastes)},
            timezone=timezone,
            currency=currency,
            tastes=tastes,
            fingerprint=blake2b(repr(kept).encode(), digest_size=8).hexdigest(),
        )

    def count(self, facts: Iterable[Fact], state: State) -> None:
        """Add facts to the series and marks of `state`; those of another table's layouts are passed over."""
        layouts = self.layouts.by_number
        for fact in facts:
            layout = layouts.get(fact.layout)
            if layout is not None:
                for feed in layout.feeds:
                    feed.feed(state, fact)

    def feature(self, name: str) -> Feature:
        """A feature by its name; InvalidValue where the table has none of that name."""
        found = self.features.get(name)
        if found is None:
            raise InvalidValue("feature", name, "the name of a feature of the table, such as " + _some(self.features))
        return found


def _needs_of(tastes: Tastes) -> list[Need]:
    return [_need(group) for group, wanted in (("channel", tastes.channels), ("hour", tastes.hours)) if wanted]


def _need(group: str) -> Need:
    return Need(subject_of("BehaviourEvent", "of"), (), group, "", TASTE_HORIZON)


def _place(need: Need, plan: SeriesPlan) -> int:
    return 2 + plan.measures.index(need.measure) if need.measure else 1


def _some(names: Iterable[str]) -> str:
    return ", ".join(list(names)[:3]) or "none"
