"""Pack: everything that may be done in a business, for whom, and how often: read, compiled and checked as one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from graph.errors import InvalidValue
from graph.files.yaml_text import parse_yaml
from graph.profile.features.table import FeatureTable
from graph.profile.features.table_file import parse_feature_table
from recommend.decisions.pack.action_rules import ActionRules, action_rules
from recommend.decisions.pack.checking import Checking
from recommend.decisions.pack.faults import Faults, PackRefused
from recommend.decisions.pack.journey_rules import JourneyRules, journey_rules
from recommend.decisions.pack.policy_rules import PolicyRules, policy_rules
from recommend.decisions.pack.state_rules import StateRules, state_rules
from recommend.decisions.pack.vocabularies import Vocabularies
from recommend.decisions.pack.written.about import About
from recommend.decisions.pack.written.reading import Written, line_of, read_files, texts_of
from recommend.decisions.pack.written.slot import Slot
from recommend.decisions.treatments import LANGUAGE, is_language
from recommend.placements import Placements

__all__ = ["Pack", "read_pack"]

T = TypeVar("T")


@dataclass(frozen=True)
class Pack:
    """A whole pack. version: a hash of its files. features: what its rules call `profile.*`."""

    version: str
    about: About
    features: FeatureTable
    placements: Placements | None
    policy: PolicyRules
    states: Mapping[str, StateRules]
    slots: Mapping[str, Slot]
    actions: Mapping[str, ActionRules]
    journeys: Mapping[str, JourneyRules]

    @classmethod
    def compile(cls, texts: Mapping[str, str]) -> "Pack":
        """From the files' names and texts; PackRefused with everything that is wrong with their form, or else with what
        they mean."""
        faults = Faults()
        written = read_files(texts, faults)
        features, placements = _features(texts, faults), _placements(texts, faults)
        names = None if written.about is None else _names(written.about, written, features, faults)
        if faults or written.about is None or names is None or features is None:
            raise PackRefused(faults.found)  # what refers to what could not be read would only seem wrong as well
        check = Checking(written.about, written, names, faults)
        _about(check)
        _slots(check)
        _recommended(placements, check)
        actions = {name: action_rules(name, check) for name in written.actions}
        policy, states = policy_rules(check), {name: state_rules(name, check) for name in written.states}
        journeys = {name: journey_rules(name, check) for name in written.journeys}
        if faults:
            raise PackRefused(faults.found)
        return cls(
            version=version_of(texts),
            about=check.about,
            features=features,
            placements=placements,
            policy=policy,
            states=states,
            slots=written.slots,
            actions={name: rules for name, rules in actions.items() if rules is not None},
            journeys=journeys,
        )


def read_pack(folder: Path) -> Pack:
    """The pack of a folder; PackRefused with all its faults, InvalidValue where its files cannot be read."""
    return Pack.compile(texts_of(folder))


def version_of(texts: Mapping[str, str]) -> str:
    """Twelve characters that are others as soon as any file is."""
    return sha256(repr(sorted(texts.items())).encode()).hexdigest()[:12]


def _features(texts: Mapping[str, str], faults: Faults) -> FeatureTable | None:
    if "profile.yaml" not in texts:
        faults.add_at("profile.yaml", 1, "the file", None, "the features of a profile that rules may name")
        return None
    return _aside("profile.yaml", texts, parse_feature_table, faults)


def _placements(texts: Mapping[str, str], faults: Faults) -> Placements | None:
    return _aside("placements.yaml", texts, Placements.parse, faults) if "placements.yaml" in texts else None


def _aside(file: str, texts: Mapping[str, str], parse: Callable[[str, str], T], faults: Faults) -> T | None:
    """What a file says that has a reader of its own, which tells one mistake by its key."""
    try:
        return parse(texts[file], file)
    except InvalidValue as refused:
        key = refused.field.removeprefix(file).lstrip(":, ")
        try:
            faults.reading(file, parse_yaml(texts[file], file))
        except InvalidValue:
            faults.add_at(file, line_of(refused.field), "the file", refused.value, refused.expected)
        else:
            faults.add(file, tuple(key.split(".")), refused.value, refused.expected)
        return None


def _names(about: About, written: Written, features: FeatureTable | None, faults: Faults) -> Vocabularies | None:
    if features is None:
        return None
    try:
        return Vocabularies.of(about, written.states, features)
    except InvalidValue as refused:
        faults.add("pack.yaml", tuple(refused.field.split(".")), refused.value, refused.expected)
        return None


def _about(check: Checking) -> None:
    about, spot = check.about, check.spot("pack.yaml")
    locales = spot.within("locales")
    named = [(locales.within("default"), about.locales.default)]
    for name, others in about.locales.fallbacks.items():
        within = locales.within("fallbacks", name)
        named += [(within, name), *((within.within(number), other) for number, other in enumerate(others))]
    for place, locale in named:
        if not is_language(locale):
            place.refuse(locale, LANGUAGE)
    traits = [f"trait.{name}" for name in about.traits]
    for name, channel in about.channels.items():
        within = spot.within("channels", name)
        within.within("address").refer(channel.address, traits, "a trait of pack.yaml, as in trait.email")
        if channel.type.is_sent and not channel.address:
            within.within("address").refuse(None, "the trait that holds where to send to")
        if channel.lapses_after < channel.valid_for:
            expected = "at least as long as valid_for: what may still be sent still counts"
            within.within("lapses_after").refuse(channel.lapses_after, expected)


def _slots(check: Checking) -> None:
    actions = check.written.actions
    filled = {slot for action in actions.values() for slot in action.slots}
    for name, slot in check.written.slots.items():
        spot = check.entry("slots", name)
        spot.within("channel").refer(slot.channel, check.about.channels, "a channel of pack.yaml")
        if not slot.otherwise and name not in filled:
            spot.refuse(name, "a slot that an action names: nothing can ever stand here")
        within, otherwise = spot.within("otherwise"), actions.get(slot.otherwise)
        within.refer(slot.otherwise, actions, "an action of the pack")
        if otherwise is not None and not otherwise.neutral:
            within.refuse(slot.otherwise, "a neutral action: it stands there for everybody")
        if slot.ordered and not slot.otherwise:
            spot.within("ordered").refuse(True, "the key otherwise: what is ordered is never empty")


def _recommended(placements: Placements | None, check: Checking) -> None:
    """Whether each recommendation names a placement of the pack."""
    known = {} if placements is None else placements.places
    for name, action in check.written.actions.items():
        if action.recommends is not None:
            spot = check.entry("actions", name).within("recommends", "placement")
            spot.refer(action.recommends.placement, known, "a placement of the pack's placements.yaml")
