"""ActionRules: an action whose conditions, words and numbers are compiled and hold together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graph.identity.consent import Purpose
from graph.identity.wishes import MessageKind
from recommend.decisions.conditions import Condition, Reckoning, Vocabulary
from recommend.decisions.pack.action_words import treatments_of, vocabulary_of_words
from recommend.decisions.pack.checking import NO_NAMES, Checking, EventRule, Spot
from recommend.decisions.pack.offer_rules import OfferRules, offer_rules
from recommend.decisions.pack.written.action import Action, ActionKind, Clause, Credit
from recommend.decisions.treatments import Treatment

__all__ = ["ActionRules", "ChoiceRules", "action_rules"]

_TRANSACTIONAL = (ActionKind.MESSAGE, ActionKind.SERVICE, ActionKind.JOURNEY_STEP)


@dataclass(frozen=True)
class ChoiceRules:
    """Of the products of which `of` is true, those of which `when` is, the best by `least` or `most`."""

    of: Condition
    when: Condition | None
    least: Reckoning | None
    most: Reckoning | None


@dataclass(frozen=True)
class ActionRules:
    """An action ready to be decided on: what its file says, and what of that had to be compiled.

    clauses: all must hold. triggers, outcomes: in the order and by the names of the action's. worth: major units.
    treatments: channel -> language -> words.
    """

    id: str
    action: Action
    nature: MessageKind
    asked: bool
    clauses: tuple[Condition, ...]
    triggers: tuple[EventRule, ...]
    choice: ChoiceRules | None
    worth: Reckoning
    offer: OfferRules
    outcomes: Mapping[str, EventRule]
    treatments: Mapping[str, Mapping[str, Treatment]]


def nature_of(action: Action) -> MessageKind:
    """What the action says of itself, else service for help and for nothing, and marketing for all else."""
    if action.nature is not None:
        return action.nature
    helps = action.kind in (ActionKind.SERVICE, ActionKind.NOTHING) or action.neutral
    return MessageKind.SERVICE if helps else MessageKind.MARKETING


def action_rules(name: str, check: Checking) -> ActionRules | None:
    """Compile one action of a pack; what is wrong with it is told to `check`, and it lacks that part, or is None."""
    action, spot = check.written.actions[name], check.entry("actions", name)
    _references(action, spot)
    _kind(action, spot)
    _reach(action, spot)
    about_product = action.choose is not None or (action.recommends is not None and action.recommends.each)
    names = check.names.both if about_product else check.names.customer
    asked = not action.triggers if action.asked is None else action.asked
    clauses = tuple(_clauses(action, names, spot))
    triggers = tuple(
        spot.within("triggers", number).event_rule(trigger, names) for number, trigger in enumerate(action.triggers)
    )
    _together(clauses, triggers, names, spot)
    choice = _choice(action, spot.within("choose"))
    worth = spot.within("worth").reckoning(action.worth, names)
    offer, outcomes = offer_rules(action, names, spot), _outcomes(action, about_product, spot.within("outcomes"))
    words = vocabulary_of_words(action, names, asked, check)
    treatments = dict(treatments_of(action, words, spot.within("treatments")))
    if worth is None:
        return None
    nature = nature_of(action)
    return ActionRules(name, action, nature, asked, clauses, triggers, choice, worth, offer, outcomes, treatments)


def _references(action: Action, spot: Spot) -> None:
    about, written = spot.pack.about, spot.pack.written
    spot.within("objective").refer(action.objective, about.objectives, "an objective of pack.yaml")
    spot.within("topic").refer(action.topic, about.topics, "a topic of pack.yaml")
    spot.within("channels").refer_all(action.channels, about.channels, "a channel of pack.yaml")
    spot.within("slots").refer_all(action.slots, written.slots, "a slot of slots.yaml")
    spot.within("needs_consent").refer_all(action.needs_consent, Purpose, "a purpose of consent")
    for number, follow_up in enumerate(action.follow_ups):
        within = spot.within("follow_ups", number, "action")
        within.refer(follow_up.action, written.actions, "an action of the pack")
    if action.incentives is not None:
        within = spot.within("incentives", "budget")
        within.refer(action.incentives.budget, about.budgets, "a budget of pack.yaml")


def _kind(action: Action, spot: Spot) -> None:
    """What goes with the kind of an action and with its nature."""
    kind, nature = action.kind, nature_of(action)
    if (kind is ActionKind.RECOMMENDATION) != (action.recommends is not None):
        spot.within("recommends").refuse(kind.value, "the key recommends with kind recommendation, and with no other")
    sells = action.incentives is not None or action.price is not None or action.recommends is not None
    if nature is not MessageKind.MARKETING and sells:
        spot.within("nature").refuse(nature.value, "marketing: it has incentives, a price or recommendations")
    if nature is MessageKind.TRANSACTIONAL and kind not in _TRANSACTIONAL:
        only = ", ".join(_TRANSACTIONAL)
        expected = f"service or marketing: only {only} may be about what the customer does or has"
        spot.within("nature").refuse(nature.value, expected)
    if kind is ActionKind.NOTHING and (action.channels or action.treatments or action.triggers):
        spot.within("kind").refuse(kind.value, "no channels, words or triggers with it")
    if kind is ActionKind.JOURNEY_STEP and action.triggers:
        spot.within("triggers").refuse(kind.value, "none: a journey says when it is its turn")
    journeys = spot.pack.written.journeys.values()
    steps = {step.action for journey in journeys for step in journey.steps.values()}
    if kind is ActionKind.JOURNEY_STEP and spot.place[0] not in steps:
        spot.within("kind").refuse(kind.value, "a journey of journeys.yaml that has it as a step")
    if action.neutral and (kind is not ActionKind.CONTENT or action.when or action.choose is not None):
        expected = "kind content, without conditions and products: it may always stand there"
        spot.within("neutral").refuse(True, expected)


def _reach(action: Action, spot: Spot) -> None:
    """Where and when it can reach anybody: channels, slots, days."""
    channels = spot.pack.about.channels
    sent = [name for name in action.channels if name in channels and channels[name].type.is_sent]
    if sent and not action.topic and nature_of(action) is not MessageKind.TRANSACTIONAL:
        expected = f"a topic: it is sent by {', '.join(sent)}, and customers choose by topic"
        spot.within("topic").refuse(action.topic, expected)
    if not action.channels and action.kind is not ActionKind.NOTHING:
        spot.within("channels").refuse([], "at least one channel")
    for number, name in enumerate(action.slots):
        slot, within = spot.pack.written.slots.get(name), spot.within("slots", number)
        if slot is None:
            continue
        if slot.kinds and action.kind not in slot.kinds and not action.neutral:
            within.refuse(name, f"a slot for {action.kind}; {name} is for {', '.join(slot.kinds)}")
        if slot.channel not in action.channels:
            within.refuse(name, f"a slot of one of its channels; {name} is on {slot.channel}")
    begins, ends = action.valid.begins, action.valid.ends
    if begins is not None and ends is not None and ends < begins:
        spot.within("valid").refuse(f"{begins} to {ends}", "an end on or after the beginning")


def _clauses(action: Action, names: Vocabulary, spot: Spot) -> Iterator[Condition]:
    within = spot.within("when")
    if isinstance(action.when, str):
        told = [within.condition(action.when, names)]
    else:
        told = [_clause(clause, names, within.within(number)) for number, clause in enumerate(action.when)]
    yield from filter(None, told)


def _clause(clause: Clause, names: Vocabulary, spot: Spot) -> Condition | None:
    default = spot.pack.about.locales.default
    if clause.say and default not in clause.say:
        spot.within("say").refuse(list(clause.say), f"words in {default}, the default language")
    return spot.within("is").condition(clause.cond, names)


def _together(clauses: tuple[Condition, ...], triggers: tuple[EventRule, ...], names: Vocabulary, spot: Spot) -> None:
    """Whether what must hold at once can: all clauses, and with each trigger its condition."""
    spot.within("when").together(clauses, names)
    for number, trigger in enumerate(triggers):
        if trigger.when is not None:
            within = spot.within("triggers", number, "when")
            within.together((*clauses, trigger.when), spot.pack.with_event(names, trigger.event))


def _choice(action: Action, spot: Spot) -> ChoiceRules | None:
    told, names = action.choose, spot.pack.names
    if told is None:
        return None
    if told.least is not None and told.most is not None:
        spot.within("most").refuse(told.most, "either least or most")
    of = spot.within("from").condition(told.of, names.product)
    when = spot.within("when").condition(told.when, names.both)
    least = spot.within("least").reckoning(told.least, names.both)
    most = spot.within("most").reckoning(told.most, names.both)
    return None if of is None else ChoiceRules(of, when, least, most)


def _outcomes(action: Action, about_product: bool, spot: Spot) -> dict[str, EventRule]:
    base = spot.pack.names.product if about_product else NO_NAMES
    found = {}
    for name, outcome in action.outcomes.items():
        if outcome.by is Credit.PRODUCT and not about_product:
            expected = "caused or customer: the action is about no product"
            spot.within(name, "by").refuse(outcome.by.value, expected)
        found[name] = spot.within(name).event_rule(outcome, base)
    return found
