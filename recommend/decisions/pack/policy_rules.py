"""PolicyRules: the policy of a pack, its conditions compiled and what it refers to known."""

from collections.abc import Iterator
from dataclasses import dataclass

from recommend.decisions.conditions import Condition
from recommend.decisions.pack.checking import Checking, Spot
from recommend.decisions.pack.written.policy import Policy, Reach, Suppression

__all__ = ["PolicyRules", "SuppressionRules", "policy_rules"]

FILE = "policy.yaml"


@dataclass(frozen=True)
class SuppressionRules:
    """A suppression by its id in the file. when: what must hold for it."""

    id: str
    suppression: Suppression
    when: Condition


@dataclass(frozen=True)
class PolicyRules:
    """The policy, and its suppressions ready to be asked."""

    policy: Policy
    suppressions: tuple[SuppressionRules, ...]


def policy_rules(check: Checking) -> PolicyRules:
    """Compile the policy; what is wrong with it is told to `check`."""
    policy = check.written.policy
    for name, cap in policy.caps.items():
        _reach(cap.of, check.spot(FILE, "caps", name, "of"))
    for name, hours in policy.quiet_hours.items():
        spot = check.spot(FILE, "quiet_hours", name)
        _reach(hours.of, spot.within("of"))
        if hours.begins == hours.ends:
            spot.within("ends").refuse(str(hours.ends), "another time than they begin at")
    return PolicyRules(policy, tuple(_suppressions(policy, check)))


def _suppressions(policy: Policy, check: Checking) -> Iterator[SuppressionRules]:
    for name, told in policy.suppressions.items():
        spot = check.spot(FILE, "suppressions", name)
        if (told.allows is None) == (told.forbids is None):
            spot.refuse(name, "either allows or forbids")
        for key, reach in (("allows", told.allows), ("forbids", told.forbids)):
            if reach is not None:
                _reach(reach, spot.within(key))
        if not told.when:
            spot.within("when").refuse(told.when, "a condition")
        when = spot.within("when").condition(told.when, check.names.customer)
        if when is not None:
            yield SuppressionRules(name, told, when)


def _reach(reach: Reach, spot: Spot) -> None:
    about, actions = spot.pack.about, spot.pack.written.actions
    groups = {action.group for action in actions.values()} - {""}
    spot.within("topics").refer_all(reach.topics, about.topics, "a topic of pack.yaml")
    spot.within("channels").refer_all(reach.channels, about.channels, "a channel of pack.yaml")
    spot.within("actions").refer_all(reach.actions, actions, "an action of the pack")
    spot.within("groups").refer_all(reach.groups, groups, "the group of an action")
