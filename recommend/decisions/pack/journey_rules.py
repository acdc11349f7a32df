"""JourneyRules: a journey whose events are known and whose steps are actions made for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from recommend.decisions.pack.checking import Checking, EventRule
from recommend.decisions.pack.written.action import ActionKind
from recommend.decisions.pack.written.journey import Journey

__all__ = ["JourneyRules", "journey_rules"]


@dataclass(frozen=True)
class JourneyRules:
    """exits: by id, as in the file."""

    id: str
    journey: Journey
    starts: EventRule
    exits: Mapping[str, EventRule]


def journey_rules(name: str, check: Checking) -> JourneyRules:
    """Compile one journey; what is wrong with it is told to `check`."""
    journey, spot, written = check.written.journeys[name], check.entry("journeys", name), check.written
    spot.within("pause_while").refer_all(journey.pause_while, written.states, "a state of states.yaml")
    for step_id, step in journey.steps.items():
        within, action = spot.within("steps", step_id, "action"), written.actions.get(step.action)
        within.refer(step.action, written.actions, "an action of the pack")
        if action is not None and action.kind is not ActionKind.JOURNEY_STEP:
            within.refuse(step.action, f"an action of kind journey_step; it is {action.kind}")
    if not any(told.goal for told in journey.exits.values()):
        spot.within("exits").refuse(list(journey.exits), "an exit that is the goal")
    customer = check.names.customer
    exits = {name: spot.within("exits", name).event_rule(told, customer) for name, told in journey.exits.items()}
    return JourneyRules(name, journey, spot.within("starts").event_rule(journey.starts, customer), exits)
