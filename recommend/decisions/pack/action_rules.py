"""ActionRules: an action whose conditions, words and numbers are compiled and hold together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graph.files.yaml_text import Place
from graph.identity.consent import Purpose
from graph.identity.wishes import MessageKind
from recommend.decisions.conditions import Condition, Reckoning, ValueType, Vocabulary
from recommend.decisions.pack.action_words import treatments_of, vocabulary_of_words
from recommend.decisions.pack.checking import Checking
from recommend.decisions.pack.written.about import About
from recommend.decisions.pack.written.action import Action, ActionKind, Clause, Prior, Rung
from recommend.decisions.treatments.treatment import Treatment

__all__ = ["ActionRules", "ChoiceRules", "TriggerRules", "action_rules"]


_TRANSACTIONAL = (ActionKind.MESSAGE, ActionKind.SERVICE, ActionKind.JOURNEY_STEP)


@dataclass(frozen=True)
class TriggerRules:
    """event: its name. when: None for any such event. again_after: microseconds."""

    event: str
    when: Condition | None
    again_after: int


@dataclass(frozen=True)
class ChoiceRules:
    """Of the products of which `of` is true, those of which `when` is, the best by `least` or `most`."""

    of: Condition
    when: Condition | None
    least: Reckoning | None
    most: Reckoning | None


@dataclass(frozen=True)
class ActionRules:
    """An action ready to be decided on. clauses: all must hold. treatments: channel -> language -> words."""

    id: str
    action: Action
    nature: MessageKind
    asked: bool
    clauses: tuple[Condition, ...]
    triggers: tuple[TriggerRules, ...]
    choice: ChoiceRules | None
    worth: Reckoning
    treatments: Mapping[str, Mapping[str, Treatment]]


def nature_of(action: Action) -> MessageKind:
    """What the action says of itself, else service for help and for nothing, and marketing for all else."""
    if action.nature is not None:
        return action.nature
    helps = action.kind in (ActionKind.SERVICE, ActionKind.NOTHING) or action.neutral
    return MessageKind.SERVICE if helps else MessageKind.MARKETING


def action_rules(name: str, about: About, check: Checking) -> ActionRules | None:
    """Compile one action of a pack; what is wrong with it is told to `check`, and it lacks that part, or is None."""
    action, file = check.written.actions[name], check.written.files["actions", name]
    at: Place = (name,)
    _references(action, file, at, about, check)
    _shape(action, file, at, about, check)
    about_product = action.choose is not None or (action.recommends is not None and action.recommends.each)
    names = check.names.both if about_product else check.names.customer
    triggers = tuple(_triggers(action, file, at, names, check))
    asked = not action.triggers if action.asked is None else action.asked
    worth = check.reckoning(file, (*at, "worth"), action.worth, names)
    clauses = tuple(_clauses(action, file, at, names, about, check))
    _together(clauses, triggers, file, at, names, check)
    choice = _choice(action, file, at, check)
    _offer(action, file, at, names, check)
    _outcomes(action, file, at, about_product, check)
    words = vocabulary_of_words(action, names, asked, check)
    treatments = dict(treatments_of(action, file, at, words, about, check))
    if worth is None:
        return None
    return ActionRules(name, action, nature_of(action), asked, clauses, triggers, choice, worth, treatments)


def _references(action: Action, file: str, at: Place, about: About, check: Checking) -> None:
    check.refer(file, (*at, "objective"), action.objective, about.objectives, "an objective of pack.yaml")
    check.refer(file, (*at, "topic"), action.topic, about.topics, "a topic of pack.yaml")
    check.refer_all(file, (*at, "channels"), action.channels, about.channels, "a channel of pack.yaml")
    check.refer_all(file, (*at, "slots"), action.slots, check.written.slots, "a slot of slots.yaml")
    check.refer_all(file, (*at, "needs_consent"), action.needs_consent, Purpose, "a purpose of consent")
    for number, follow_up in enumerate(action.follow_ups):
        place = (*at, "follow_ups", number, "action")
        check.refer(file, place, follow_up.action, check.written.actions, "an action of the pack")
    if action.incentives is not None:
        place = (*at, "incentives", "budget")
        check.refer(file, place, action.incentives.budget, about.budgets, "a budget of pack.yaml")
    for number, slot in enumerate(action.slots):
        told = check.written.slots.get(slot)
        if told is None:
            continue
        if told.kinds and action.kind not in told.kinds and not action.neutral:
            expected = f"a slot for {action.kind}; {slot} is for {', '.join(told.kinds)}"
            check.refuse(file, (*at, "slots", number), slot, expected)
        if told.channel not in action.channels:
            expected = f"a slot of one of its channels; {slot} is on {told.channel}"
            check.refuse(file, (*at, "slots", number), slot, expected)


def _shape(action: Action, file: str, at: Place, about: About, check: Checking) -> None:
    """What goes with what: kinds, natures, channels, days."""
    kind, nature = action.kind, nature_of(action)
    sent = [name for name in action.channels if name in about.channels and about.channels[name].type.is_sent]
    sells = action.incentives is not None or action.price is not None or action.recommends is not None
    wrong: list[tuple[str, object, str]] = []
    if (kind is ActionKind.RECOMMENDATION) != (action.recommends is not None):
        wrong.append(("recommends", kind.value, "the key recommends with kind recommendation, and with no other"))
    if nature is not MessageKind.MARKETING and sells:
        wrong.append(("nature", nature.value, "marketing: it has incentives, a price or recommendations"))
    if nature is MessageKind.TRANSACTIONAL and kind not in _TRANSACTIONAL:
        expected = f"service or marketing: only {', '.join(_TRANSACTIONAL)} may be about what the customer does or has"
        wrong.append(("nature", nature.value, expected))
    if sent and not action.topic and nature is not MessageKind.TRANSACTIONAL:
        wrong.append(
            ("topic", action.topic, f"a topic: it is sent by {', '.join(sent)}, and customers choose by topic")
        )
    if not action.channels and kind is not ActionKind.NOTHING:
        wrong.append(("channels", [], "at least one channel"))
    if kind is ActionKind.NOTHING and (action.channels or action.treatments or action.triggers):
        wrong.append(("kind", kind.value, "no channels, words or triggers with it"))
    if kind is ActionKind.JOURNEY_STEP and action.triggers:
        wrong.append(("triggers", kind.value, "none: a journey says when it is its turn"))
    if kind is ActionKind.JOURNEY_STEP and not _is_step(at, check):
        wrong.append(("kind", kind.value, "a journey of journeys.yaml that has it as a step"))
    if action.neutral and (kind is not ActionKind.CONTENT or action.when or action.choose is not None):
        wrong.append(("neutral", True, "kind content, without conditions and products: it may always stand there"))
    begins, ends = action.valid.begins, action.valid.ends
    if begins is not None and ends is not None and ends < begins:
        wrong.append(("valid", f"{begins} to {ends}", "an end on or after the beginning"))
    for key, value, expected in wrong:
        check.refuse(file, (*at, key), value, expected)


def _is_step(at: Place, check: Checking) -> bool:
    return any(step.action == at[0] for journey in check.written.journeys.values() for step in journey.steps.values())


def _clauses(
    action: Action, file: str, at: Place, names: Vocabulary, about: About, check: Checking
) -> Iterator[Condition]:
    if isinstance(action.when, str):
        condition = check.condition(file, (*at, "when"), action.when, names)
        if condition is not None:
            yield condition
        return
    for number, clause in enumerate(action.when):
        _said(clause, file, (*at, "when", number), about, check)
        condition = check.condition(file, (*at, "when", number, "is"), clause.cond, names)
        if condition is not None:
            yield condition


def _together(
    clauses: tuple[Condition, ...],
    triggers: tuple[TriggerRules, ...],
    file: str,
    at: Place,
    names: Vocabulary,
    check: Checking,
) -> None:
    """Whether what must hold at once can: all clauses, and with each trigger its condition."""
    check.together(file, (*at, "when"), clauses, names)
    for number, trigger in enumerate(triggers):
        if trigger.when is not None:
            place = (*at, "triggers", number, "when")
            vocabulary = check.names.with_event(names, trigger.event)
            check.together(file, place, (*clauses, trigger.when), vocabulary)


def _said(clause: Clause, file: str, at: Place, about: About, check: Checking) -> None:
    if clause.say and about.locales.default not in clause.say:
        check.refuse(file, (*at, "say"), list(clause.say), f"words in {about.locales.default}, the default language")


def _triggers(action: Action, file: str, at: Place, names: Vocabulary, check: Checking) -> Iterator[TriggerRules]:
    for number, trigger in enumerate(action.triggers):
        place = (*at, "triggers", number)
        vocabulary = check.with_event(file, (*place, "event"), names, trigger.event)
        when = check.condition(file, (*place, "when"), trigger.when, vocabulary)
        yield TriggerRules(trigger.event, when, trigger.again_after)


def _choice(action: Action, file: str, at: Place, check: Checking) -> ChoiceRules | None:
    told, place = action.choose, (*at, "choose")
    if told is None:
        return None
    if told.least is not None and told.most is not None:
        check.refuse(file, (*place, "most"), told.most, "either least or most")
    of = check.condition(file, (*place, "from"), told.of, check.names.product)
    when = check.condition(file, (*place, "when"), told.when, check.names.both)
    least, most = (
        check.reckoning(file, (*place, key), value, check.names.both)
        for key, value in (("least", told.least), ("most", told.most))
    )
    return None if of is None else ChoiceRules(of, when, least, most)


def _offer(action: Action, file: str, at: Place, names: Vocabulary, check: Checking) -> None:
    """Priors, incentives and the bounds of the price."""
    _priors(action.priors, file, (*at, "priors"), names, check)
    if action.incentives is not None:
        for name, rung in action.incentives.ladder.items():
            place = (*at, "incentives", "ladder", name)
            _rung(name, rung, file, place, check)
            check.condition(file, (*place, "when"), rung.when, names)
            _priors(rung.priors, file, (*place, "priors"), names, check)
    if action.price is not None:
        place = (*at, "price")
        for key, told in (
            ("list", action.price.list_price),
            ("floor", action.price.floor),
            ("least_margin", action.price.least_margin),
        ):
            check.reckoning(file, (*place, key), told, names)
        numbers = [name for name, one in names.variables.items() if one.type is ValueType.NUMBER]
        check.refer(file, (*place, "competitor"), action.price.competitor, numbers, "the name of a number")


def _rung(name: str, rung: Rung, file: str, place: Place, check: Checking) -> None:
    if name == "none":
        check.refuse(file, place, name, "another name: the level without an incentive is always there")
    if (rung.percent is None) == (rung.amount is None):
        check.refuse(file, place, name, "either a percent or an amount")
    if rung.most is not None and rung.percent is None:
        check.refuse(file, (*place, "most"), rung.most, "a percent that it bounds")


def _priors(priors: tuple[Prior, ...], file: str, at: Place, names: Vocabulary, check: Checking) -> None:
    for number, prior in enumerate(priors):
        check.condition(file, (*at, number, "when"), prior.when, names)
        if not prior.when and number + 1 < len(priors):
            check.refuse(file, (*at, number), None, "a condition: the ones after it are never looked at")


def _outcomes(action: Action, file: str, at: Place, about_product: bool, check: Checking) -> None:
    for name, outcome in action.outcomes.items():
        place = (*at, "outcomes", name)
        base = check.names.product if about_product else Vocabulary.of([])
        vocabulary = check.with_event(file, (*place, "event"), base, outcome.event)
        check.condition(file, (*place, "when"), outcome.when, vocabulary)
        if outcome.by == "product" and not about_product:
            check.refuse(file, (*place, "by"), outcome.by.value, "caused or customer: the action is about no product")
