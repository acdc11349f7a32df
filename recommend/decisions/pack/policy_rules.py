"""PolicyRules: the policy and the states of a pack, their conditions compiled and their names known."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graph.files.yaml_text import Place
from recommend.decisions.conditions import Condition, Vocabulary
from recommend.decisions.pack.checking import Checking
from recommend.decisions.pack.written.about import About
from recommend.decisions.pack.written.policy import Policy, Reach, Suppression
from recommend.decisions.pack.written.state import NEVER, Edge, State

__all__ = ["EdgeRules", "PolicyRules", "StateRules", "SuppressionRules", "policy_rules", "state_rules"]

FILE, STATES = "policy.yaml", "states.yaml"


@dataclass(frozen=True)
class SuppressionRules:
    id: str
    suppression: Suppression
    when: Condition


@dataclass(frozen=True)
class PolicyRules:
    """The policy, and its suppressions ready to be asked."""

    policy: Policy
    suppressions: tuple[SuppressionRules, ...]


@dataclass(frozen=True)
class EdgeRules:
    """An event that opens or closes a state. when: None for any of that name."""

    event: str
    when: Condition | None


@dataclass(frozen=True)
class StateRules:
    """opens, closes: None for a state that a trait says. lapses: microseconds, None for never."""

    id: str
    state: State
    opens: EdgeRules | None
    closes: EdgeRules | None
    lapses: int | None


def policy_rules(about: About, check: Checking) -> PolicyRules:
    """Compile the policy; what is wrong with it is told to `check`."""
    policy = check.written.policy
    for section, reaches in (
        ("caps", {name: cap.of for name, cap in policy.caps.items()}),
        ("quiet_hours", {name: hours.of for name, hours in policy.quiet_hours.items()}),
    ):
        for name, reach in reaches.items():
            _reach(reach, (section, name, "of"), about, check)
    for name, hours in policy.quiet_hours.items():
        if hours.begins == hours.ends:
            check.refuse(FILE, ("quiet_hours", name, "ends"), str(hours.ends), "another time than they begin at")
    return PolicyRules(policy, tuple(_suppressions(policy, about, check)))


def _suppressions(policy: Policy, about: About, check: Checking) -> Iterator[SuppressionRules]:
    for name, told in policy.suppressions.items():
        place: Place = ("suppressions", name)
        if (told.allows is None) == (told.forbids is None):
            check.refuse(FILE, place, name, "either allows or forbids")
        for key, reach in (("allows", told.allows), ("forbids", told.forbids)):
            if reach is not None:
                _reach(reach, (*place, key), about, check)
        when = check.condition(FILE, (*place, "when"), told.when, check.names.customer)
        if not told.when:
            check.refuse(FILE, (*place, "when"), told.when, "a condition")
        if when is not None:
            yield SuppressionRules(name, told, when)


def _reach(reach: Reach, place: Place, about: About, check: Checking) -> None:
    written = check.written
    check.refer_all(FILE, (*place, "topics"), reach.topics, about.topics, "a topic of pack.yaml")
    check.refer_all(FILE, (*place, "channels"), reach.channels, about.channels, "a channel of pack.yaml")
    check.refer_all(FILE, (*place, "actions"), reach.actions, written.actions, "an action of the pack")
    groups = {action.group for action in written.actions.values()} - {""}
    check.refer_all(FILE, (*place, "groups"), reach.groups, groups, "the group of an action")


def state_rules(check: Checking) -> Mapping[str, StateRules]:
    """Compile the states; what is wrong with one is told to `check`."""
    return {name: _state(name, state, check) for name, state in check.written.states.items()}


def _state(name: str, state: State, check: Checking) -> StateRules:
    file = check.written.files["states", name]
    wrong: list[tuple[str, Any, str]] = []
    if (state.opens is None) == (not state.trait):
        wrong.append(("opens", name, "either an event that opens it or a trait that says it"))
    if state.closes is not None and state.opens is None:
        wrong.append(("closes", name, "an event that opens it as well"))
    if isinstance(state.lapses, str) and state.lapses != NEVER:
        wrong.append(("lapses", state.lapses, "a span of time such as 72h, or never"))
    if state.closes is None and state.opens is not None and state.lapses == NEVER:
        wrong.append(("lapses", state.lapses, "a span of time: nothing closes it"))
    for key, value, expected in wrong:
        check.refuse(file, (name, key), value, expected)
    if state.trait:
        traits = [one.removeprefix("trait.") for one in check.names.customer.variables if one.startswith("trait.")]
        check.refer(file, (name, "trait"), state.trait, traits, "a trait of pack.yaml")
    opens, closes = (
        _edge(file, (name, key), edge, check) for key, edge in (("opens", state.opens), ("closes", state.closes))
    )
    for key, edge in (("opens", state.opens), ("closes", state.closes)):
        names = None if edge is None else check.names.events.get(edge.event)
        if state.key and names is not None:
            check.refer(file, (name, "key"), state.key, names.variables, f"what the event that {key} it says")
    return StateRules(name, state, opens, closes, state.lapses if isinstance(state.lapses, int) else None)


def _edge(file: str, place: Place, edge: Edge | None, check: Checking) -> EdgeRules | None:
    if edge is None:
        return None
    names: Vocabulary | None = check.event(file, (*place, "event"), edge.event)
    return EdgeRules(edge.event, check.condition(file, (*place, "when"), edge.when, names))
