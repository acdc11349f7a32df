"""Wishes: what a customer said they want to hear, where and when; nothing inferred outweighs it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from graph.errors import InvalidValue
from graph.identity.consent import DEFAULTS, ConsentDefaults, Purpose
from graph.identity.wish_shapes import Frequency, QuietHours, frequency, quiet_hours, topic_wish, zone_of
from graph.instants import Instant
from graph.nodes import Trait
from graph.profile.profile import Dated, Profile

__all__ = ["MessageKind", "Wishes"]

T = TypeVar("T")
Value = Trait | list[str]


class MessageKind(StrEnum):
    """TRANSACTIONAL: about what the customer does or has (a payment, an outage). SERVICE: about how to use it.
    MARKETING: everything that is to sell."""

    TRANSACTIONAL = "transactional"
    SERVICE = "service"
    MARKETING = "marketing"


@dataclass(frozen=True)
class Wishes:
    """The stated wishes of one person about being contacted; what is None or empty was not stated.

    readable: False where they could not be looked up; unread: wishes whose value nobody can read. Both permit nothing
    that is not transactional.
    """

    marketing: bool = True
    only_alerts: bool = False
    channels: frozenset[str] = frozenset()
    topics: Dated | None = None
    topic_choices: dict[str, Dated] = field(default_factory=dict)
    quiet: tuple[QuietHours, ...] = ()
    frequency: Frequency | None = None
    zone: str = "UTC"
    readable: bool = True
    unread: tuple[str, ...] = ()

    @classmethod
    def of(cls, profile: Profile | None, defaults: ConsentDefaults = DEFAULTS, zone: str = "UTC") -> "Wishes":
        """What a profile says; quiet hours are in the zone of its trait ``timezone``, else in `zone`."""
        stated = (
            {} if profile is None else {name: held for name, held in profile.preferences.items() if held.value != []}
        )
        unread: list[str] = []

        def read(name: str, reader: Callable[[Value], T], absent: T) -> T:
            try:
                return absent if name not in stated else reader(stated[name].value)
            except InvalidValue:
                unread.append(name)
                return absent

        own = None if profile is None else profile.traits.get("timezone")
        return cls(
            marketing=defaults.permit({} if profile is None else profile.consents, Purpose.MARKETING),
            only_alerts=read("only_transaction_alerts", bool, False),
            channels=read("channels", _texts, frozenset()),
            topics=stated.get("topics"),
            topic_choices={name: held for name, held in stated.items() if name.startswith(topic_wish(""))},
            quiet=read("quiet_hours", quiet_hours, ()),
            frequency=read("frequency", frequency, None),
            zone=zone_of(None if own is None else own.value) or zone,
            unread=tuple(unread),
        )

    @classmethod
    def unreadable(cls) -> "Wishes":
        """Those of somebody who cannot be looked up now."""
        return cls(readable=False)

    def objections(self, kind: MessageKind, channel: str | None = None, topic: str | None = None) -> tuple[str, ...]:
        """Why a message of this kind may not go out at all, whenever it is; () where it may."""
        found = []
        if self.channels and (channel is None or channel.casefold() not in self.channels):
            found.append(f"the channel {channel or 'it goes by'} is not among those wished for")
        if kind is MessageKind.TRANSACTIONAL:
            return tuple(found)
        if not self.readable:
            found.append("what the customer permits cannot be looked up now")
        found += [f"the wish {name} cannot be read" for name in self.unread]
        if kind is MessageKind.MARKETING and not self.marketing:
            found.append("marketing is not consented to")
        if self.only_alerts:
            found.append("only transaction alerts are wished for")
        if not self._hears_of(topic):
            found.append(f"the topic {topic or 'of it'} is not among those wished for")
        return tuple(found)

    def untimely(self, kind: MessageKind, now: Instant, sent: Sequence[Instant] | None) -> tuple[str, ...]:
        """Why a message may not go out at `now`; `sent`: when others did, None where nobody can tell."""
        if kind is MessageKind.TRANSACTIONAL:
            return ()
        found = []
        if any(hours.cover(now, self.zone) for hours in self.quiet):
            found.append("it is within the quiet hours")
        if self.frequency is not None and sent is None:
            found.append(f"how many were sent in {self.frequency.days} days cannot be told")
        elif self.frequency is not None and sent is not None and self.frequency.spent(sent, now):
            found.append(f"more than {self.frequency.times} in {self.frequency.days} days are not wished for")
        return tuple(found)

    def _hears_of(self, topic: str | None) -> bool:
        """The later of the list of topics and the choice for this one decides."""
        own = self.topic_choices.get(topic_wish(topic)) if topic else None
        if self.topics is not None and (own is None or self.topics.stamp >= own.stamp):
            return topic is not None and topic.casefold() in _texts(self.topics.value)
        return own is None or own.value is True


def _texts(value: Value) -> frozenset[str]:
    return frozenset(text.casefold() for text in (value if isinstance(value, list) else [str(value)]))
