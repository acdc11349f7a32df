"""JourneyRules: a journey whose events are known and whose steps are actions made for it."""

from dataclasses import dataclass

from graph.files.yaml_text import Place
from recommend.decisions.conditions import Condition, Vocabulary
from recommend.decisions.pack.checking import Checking
from recommend.decisions.pack.written.action import ActionKind
from recommend.decisions.pack.written.journey import Journey

__all__ = ["JourneyRules", "Moment", "journey_rules"]


@dataclass(frozen=True)
class Moment:
    """An event that starts or ends a journey. when: None for any of that name."""

    event: str
    when: Condition | None


@dataclass(frozen=True)
class JourneyRules:
    """exits: by id, as in the file."""

    id: str
    journey: Journey
    starts: Moment
    exits: dict[str, Moment]


def journey_rules(name: str, check: Checking) -> JourneyRules:
    """Compile one journey; what is wrong with it is told to `check`."""
    journey, file = check.written.journeys[name], check.written.files["journeys", name]
    at: Place = (name,)
    for number, state in enumerate(journey.pause_while):
        check.refer(file, (*at, "pause_while", number), state, check.written.states, "a state of states.yaml")
    for step_id, step in journey.steps.items():
        place = (*at, "steps", step_id, "action")
        action = check.written.actions.get(step.action)
        if action is None:
            check.refer(file, place, step.action, check.written.actions, "an action of the pack")
        elif action.kind is not ActionKind.JOURNEY_STEP:
            check.refuse(file, place, step.action, f"an action of kind journey_step; it is {action.kind}")
    if not any(told.goal for told in journey.exits.values()):
        check.refuse(file, (*at, "exits"), list(journey.exits), "an exit that is the goal")
    starts = _moment(file, (*at, "starts"), journey.starts.event, journey.starts.when, check)
    exits = {
        exit_id: _moment(file, (*at, "exits", exit_id), told.event, told.when, check)
        for exit_id, told in journey.exits.items()
    }
    return JourneyRules(name, journey, starts, exits)


def _moment(file: str, place: Place, event: str, when: str, check: Checking) -> Moment:
    names: Vocabulary | None = check.with_event(file, (*place, "event"), check.names.customer, event)
    return Moment(event, check.condition(file, (*place, "when"), when, names))
