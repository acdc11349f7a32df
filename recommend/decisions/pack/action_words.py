"""Action words: the treatments of an action, and what they may name."""

from collections.abc import Iterator, Mapping

from graph.errors import InvalidValue
from recommend.decisions.conditions import ValueType, Vocabulary
from recommend.decisions.pack.checking import Checking, Spot
from recommend.decisions.pack.written.action import Action, ActionKind
from recommend.decisions.treatments import LANGUAGE, ChannelKind, Treatment, is_language

__all__ = ["treatments_of", "vocabulary_of_words"]

OFFERED = ("offer.incentive", "offer.price")
"""What words may say of an offer beside the names of conditions: money."""

_SPEAKING = (ActionKind.OFFER, ActionKind.MESSAGE, ActionKind.SERVICE, ActionKind.JOURNEY_STEP, ActionKind.CONTENT)


def vocabulary_of_words(action: Action, names: Vocabulary, asked: bool, check: Checking) -> Vocabulary:
    """What words may name: what conditions may, and what every event that triggers it says where only these do."""
    if asked or not action.triggers:
        return names
    events = check.names.events
    known = [events[trigger.event].variables for trigger in action.triggers if trigger.event in events]
    if len(known) < len(action.triggers):
        return names
    shared = [variable for name, variable in known[0].items() if all(name in other for other in known)]
    return Vocabulary.of([*names.variables.values(), *shared])


def treatments_of(action: Action, names: Vocabulary, spot: Spot) -> Iterator[tuple[str, dict[str, Treatment]]]:
    """The words of each channel by language; what is wrong with them is told to the spot they stand at."""
    about = spot.pack.about
    if action.kind in _SPEAKING:
        for channel in action.channels:
            if channel in about.channels and channel not in action.treatments:
                spot.refuse(None, f"words for {channel}, which is among its channels")
    for channel, by_locale in action.treatments.items():
        within = spot.within(channel)
        if channel not in action.channels:
            within.refuse(channel, f"one of its channels: {', '.join(action.channels)}")
        if channel not in about.channels:
            continue
        if about.locales.default not in by_locale:
            within.refuse(list(by_locale), f"words in {about.locales.default}, the default language")
        found = {}
        for locale, fields in by_locale.items():
            if not is_language(locale):
                within.within(locale).refuse(locale, LANGUAGE)
            treatment = _treatment(fields, about.channels[channel].type, within.within(locale))
            if treatment is not None:
                _variables(treatment, action, names, within.within(locale))
                found[locale] = treatment
        yield channel, found


def _treatment(fields: Mapping[str, str], kind: ChannelKind, spot: Spot) -> Treatment | None:
    try:
        return Treatment.parse(fields, kind)
    except InvalidValue as refused:
        spot.within(refused.field).refuse(refused.value, refused.expected)
        return None


def _variables(treatment: Treatment, action: Action, names: Vocabulary, spot: Spot) -> None:
    """Whether each variable of the words is known, is of its form, and has a fallback where it may be missing."""
    for name, variable in treatment.variables():
        within, told = spot.within(name), f"{{{variable.name}}}"
        if action.neutral:
            within.refuse(told, "no variables: a neutral action says nothing personal")
        if variable.name in OFFERED:
            if action.incentives is None and action.price is None:
                within.refuse(told, "incentives or a price, which it would tell of")
            continue
        known = names.variables.get(variable.name)
        if known is None:
            within.refuse(told, names.expected(variable.name))
            continue
        if known.type is ValueType.TEXTS or (variable.of_number and known.type is not ValueType.NUMBER):
            within.refuse(told, f"a single value{', a number for this form' if variable.of_number else ''}")
        if not known.surely and variable.fallback is None:
            within.refuse(told, f"a fallback, as in {{{variable.name}|there}}: it may be missing")
