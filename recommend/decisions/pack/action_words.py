"""Action words: the treatments of an action, and what they may name."""

from collections.abc import Iterator, Mapping

from graph.errors import InvalidValue
from graph.files.yaml_text import Place
from recommend.decisions.conditions import ValueType, Vocabulary
from recommend.decisions.pack.checking import Checking
from recommend.decisions.pack.written.about import About
from recommend.decisions.pack.written.action import Action, ActionKind
from recommend.decisions.treatments.channel_kind import ChannelKind
from recommend.decisions.treatments.language import LANGUAGE, is_language
from recommend.decisions.treatments.treatment import Treatment

__all__ = ["treatments_of", "vocabulary_of_words"]

OFFERED = ("offer.incentive", "offer.price")
"""What words may say of an offer beside the names of conditions: money."""

_SPEAKING = (ActionKind.OFFER, ActionKind.MESSAGE, ActionKind.SERVICE, ActionKind.JOURNEY_STEP, ActionKind.CONTENT)


def vocabulary_of_words(action: Action, names: Vocabulary, asked: bool, check: Checking) -> Vocabulary:
    """What words may name: what conditions may, and what every event that triggers it says where only these do."""
    if asked or not action.triggers:
        return names
    known = [
        check.names.events[trigger.event].variables
        for trigger in action.triggers
        if trigger.event in check.names.events
    ]
    if len(known) < len(action.triggers):
        return names
    shared = [variable for name, variable in known[0].items() if all(name in other for other in known)]
    return Vocabulary.of([*names.variables.values(), *shared])


def treatments_of(
    action: Action, file: str, at: Place, names: Vocabulary, about: About, check: Checking
) -> Iterator[tuple[str, dict[str, Treatment]]]:
    place = (*at, "treatments")
    if action.kind in _SPEAKING:
        for channel in action.channels:
            if channel in about.channels and channel not in action.treatments:
                check.refuse(file, place, None, f"words for {channel}, which is among its channels")
    for channel, by_locale in action.treatments.items():
        if channel not in action.channels:
            check.refuse(file, (*place, channel), channel, f"one of its channels: {', '.join(action.channels)}")
        if channel not in about.channels:
            continue
        if about.locales.default not in by_locale:
            expected = f"words in {about.locales.default}, the default language"
            check.refuse(file, (*place, channel), list(by_locale), expected)
        found = {}
        for locale, fields in by_locale.items():
            within = (*place, channel, locale)
            if not is_language(locale):
                check.refuse(file, within, locale, LANGUAGE)
            treatment = _treatment(fields, about.channels[channel].type, file, within, check)
            if treatment is not None:
                _variables(treatment, action, file, within, names, check)
                found[locale] = treatment
        yield channel, found


def _treatment(fields: Mapping[str, str], kind: ChannelKind, file: str, at: Place, check: Checking) -> Treatment | None:
    try:
        return Treatment.parse(fields, kind)
    except InvalidValue as refused:
        check.refuse(file, (*at, refused.field), refused.value, refused.expected)
        return None


def _variables(treatment: Treatment, action: Action, file: str, at: Place, names: Vocabulary, check: Checking) -> None:
    """Whether each variable of the words is known, is of its form, and has a fallback where it may be missing."""
    for field, variable in treatment.variables():
        place = (*at, field)
        told = f"{{{variable.name}}}"
        if action.neutral:
            check.refuse(file, place, told, "no variables: a neutral action says nothing personal")
        if variable.name in OFFERED:
            if action.incentives is None and action.price is None:
                check.refuse(file, place, told, "incentives or a price, which it would tell of")
            continue
        known = names.variables.get(variable.name)
        if known is None:
            check.refuse(file, place, told, names.expected(variable.name))
            continue
        if known.type is ValueType.TEXTS or (variable.of_number and known.type is not ValueType.NUMBER):
            check.refuse(file, place, told, f"a single value{', a number for this form' if variable.of_number else ''}")
        if not known.surely and variable.fallback is None:
            check.refuse(file, place, told, f"a fallback, as in {{{variable.name}|there}}: it may be missing")
