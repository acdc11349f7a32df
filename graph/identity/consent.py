"""Consent: the purposes, what a deployment takes for granted, and which events a refusal withholds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from graph.errors import InvalidValue
from graph.events.family import AccountEvent, BehaviourEvent, Event, Opened, OutcomeReported
from graph.profile.profile import Dated

__all__ = ["DEFAULTS", "MARKED", "OBSERVED", "ConsentDefaults", "Purpose", "is_withheld"]


class Purpose(StrEnum):
    ANALYTICS = "analytics"
    PERSONALIZATION = "personalization"
    MARKETING = "marketing"
    PROFILING = "profiling"  # with legal or similarly significant effects


OBSERVED = (BehaviourEvent, AccountEvent, Opened, OutcomeReported)
"""What a customer was seen doing. What they, or a merchant of them, state is no such thing, nor is what we sent."""

MARKED = (Purpose.ANALYTICS, Purpose.PERSONALIZATION, Purpose.MARKETING)
"""The purposes something is written for. Profiling is what a decision does: it asks for the choice of its moment."""

_CHOICES = {"granted": True, "denied": False}
_EXPECTED = f"purpose=choice, separated by commas: {', '.join(Purpose)} = granted or denied"


@dataclass(frozen=True)
class ConsentDefaults:
    """What counts for those who made no choice."""

    denied: frozenset[str] = frozenset({Purpose.PROFILING})

    @classmethod
    def parse(cls, text: str, field: str = "consent") -> "ConsentDefaults":
        """From ``personalization=granted,marketing=denied``; what is not named stays as shipped. InvalidValue else."""
        denied = set(cls().denied)
        for part in filter(None, (part.strip() for part in text.split(","))):
            purpose, found, choice = (word.strip() for word in part.partition("="))
            if not found or purpose not in set(Purpose) or choice not in _CHOICES:
                raise InvalidValue(field, part, _EXPECTED)
            denied = denied - {purpose} if _CHOICES[choice] else denied | {purpose}
        return cls(frozenset(denied))

    def permit(self, consents: Mapping[str, Dated], purpose: Purpose) -> bool:
        """Whether these recorded choices allow a purpose."""
        choice = consents.get(purpose)
        return purpose not in self.denied if choice is None else bool(choice.value)

    def permit_all(self, choices: Iterable[bool | None], purpose: Purpose) -> bool:
        """Whether the choices of several leaves of one person, None where there is none, allow a purpose together."""
        made = [choice for choice in choices if choice is not None]
        return all(made) if made else purpose not in self.denied

    def refused(self, consents: Mapping[str, Dated]) -> tuple[str, ...]:
        """What an event is marked with: the purposes of `MARKED` that these recorded choices refuse."""
        if not consents and not self.denied:
            return ()
        return tuple(purpose.value for purpose in MARKED if not self.permit(consents, purpose))


DEFAULTS = ConsentDefaults()


def is_withheld(event: Event, *purposes: Purpose) -> bool:
    """Whether an event is an observation that was refused for one of these purposes when it was taken in."""
    if not isinstance(event, OBSERVED) or not event.denied:
        return False
    return any(purpose in event.denied for purpose in purposes)
