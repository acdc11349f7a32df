"""StateRules: a state whose events are known and that something ends."""

from dataclasses import dataclass

from recommend.decisions.pack.checking import Checking, EventRule
from recommend.decisions.pack.written.state import NEVER, State

__all__ = ["StateRules", "state_rules"]


@dataclass(frozen=True)
class StateRules:
    """opens, closes: None for a state that a trait says. lapses: microseconds, None for never."""

    id: str
    state: State
    opens: EventRule | None
    closes: EventRule | None
    lapses: int | None


def state_rules(name: str, check: Checking) -> StateRules:
    """Compile one state; what is wrong with it is told to `check`."""
    state, spot = check.written.states[name], check.entry("states", name)
    if (state.opens is None) == (not state.trait):
        spot.within("opens").refuse(name, "either an event that opens it or a trait that says it")
    if state.closes is not None and state.opens is None:
        spot.within("closes").refuse(name, "an event that opens it as well")
    if isinstance(state.lapses, str) and state.lapses != NEVER:
        spot.within("lapses").refuse(state.lapses, "a span of time such as 72h, or never")
    if state.closes is None and state.opens is not None and state.lapses == NEVER:
        spot.within("lapses").refuse(state.lapses, "a span of time: nothing closes it")
    spot.within("trait").refer(state.trait, check.about.traits, "a trait of pack.yaml")
    rules = []
    for key, pattern in (("opens", state.opens), ("closes", state.closes)):
        rules.append(None if pattern is None else spot.within(key).event_rule(pattern))
        said = None if pattern is None else check.names.events.get(pattern.event)
        if said is not None:
            spot.within("key").refer(state.key, said.variables, f"what the event that {key} it says")
    opens, closes = rules
    return StateRules(name, state, opens, closes, state.lapses if isinstance(state.lapses, int) else None)
