"""Plans: which series and marks a profile keeps for a table, shared by all features that can read the same one."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from graph.profile.features.condition import Condition
from graph.profile.features.event_fields import Subject

__all__ = ["MarkPlan", "Need", "SeriesPlan", "number_of_plan", "planned"]

SHARED_GROUPS = ("channel", "product")
"""Groups a feature of all events may read as well, instead of a series of its own."""


@dataclass(frozen=True)
class SeriesPlan:
    """Events of `subject` that meet `where`, by the field `group` ("" for all as one), a sum for each of `measures`.

    horizon: for how many days before the newest.
    """

    subject: Subject
    where: tuple[Condition, ...]
    group: str
    measures: tuple[str, ...]
    horizon: int

    @property
    def width(self) -> int:
        """Numbers in a bucket: the day, how many events, the sums."""
        return 2 + len(self.measures)


@dataclass(frozen=True)
class MarkPlan:
    """The latest, or earliest, event of `subject` that meets `where`, with the field `value` where one is named."""

    subject: Subject
    where: tuple[Condition, ...]
    value: str
    latest: bool


class Need(NamedTuple):
    """What one feature needs of a series."""

    subject: Subject
    where: tuple[Condition, ...]
    group: str
    measure: str
    horizon: int


def planned(needs: list[Need]) -> dict[Need, SeriesPlan]:
    """The series that serve all of these needs, as few as there can be without keeping any group longer for it."""
    by_group: dict[tuple[Subject, tuple[Condition, ...], str], list[Need]] = {}
    for need in needs:
        by_group.setdefault((need.subject, need.where, need.group), []).append(need)
    for key in list(by_group):
        subject, where, group = key
        if group:
            continue
        longest = max(need.horizon for need in by_group[key])
        for shared in SHARED_GROUPS:
            held = by_group.get((subject, where, shared))
            if held is not None and max(need.horizon for need in held) >= longest:
                held += by_group.pop(key)
                break
    plans: dict[Need, SeriesPlan] = {}
    for (subject, where, group), sharing in by_group.items():
        plan = SeriesPlan(
            subject,
            where,
            group,
            tuple(sorted({need.measure for need in sharing if need.measure})),
            max(need.horizon for need in sharing),
        )
        plans |= dict.fromkeys(sharing, plan)
    return plans


def number_of_plan(plan: SeriesPlan | MarkPlan, currency: str) -> int:
    """The number a profile keeps it under: another plan has another one, so a changed table never reads what is not its
    own."""
    own = (plan.group, plan.measures, plan.horizon) if isinstance(plan, SeriesPlan) else (plan.value, plan.latest)
    told = repr((plan.subject.name, [tuple(condition) for condition in plan.where], currency, own))
    return int.from_bytes(blake2b(told.encode(), digest_size=4).digest())
