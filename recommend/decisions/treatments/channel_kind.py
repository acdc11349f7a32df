"""ChannelKind: the kinds of channels there are, and what a treatment must say in each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from recommend.decisions.treatments.template import Medium

__all__ = ["FIELDS", "ChannelKind", "FieldRule"]


class ChannelKind(StrEnum):
    """WEB, APP and CALL are answered while the customer is there; EMAIL, PUSH and WEBHOOK are sent.

    CALL: what an agent on the telephone or at a counter reads. WEBHOOK: another system (SMS, letters, a dialler).
    """

    WEB = "web"
    APP = "app"
    CALL = "call"
    EMAIL = "email"
    PUSH = "push"
    WEBHOOK = "webhook"

    @property
    def is_sent(self) -> bool:
        """Whether it reaches a customer who is not there, and so is a contact."""
        return self in (ChannelKind.EMAIL, ChannelKind.PUSH, ChannelKind.WEBHOOK)


@dataclass(frozen=True)
class FieldRule:
    """longest: how many characters may be written, the variables not counted."""

    medium: Medium
    required: bool = False
    longest: int = 20_000


_PAGE = {
    "title": FieldRule(Medium.LINE, required=True, longest=120),
    "text": FieldRule(Medium.TEXT, longest=1000),
    "button": FieldRule(Medium.LINE, longest=40),
    "link": FieldRule(Medium.LINK, longest=2000),
    "image": FieldRule(Medium.LINK, longest=2000),
}

FIELDS: Mapping[ChannelKind, Mapping[str, FieldRule]] = {
    ChannelKind.WEB: _PAGE,
    ChannelKind.APP: _PAGE,
    ChannelKind.CALL: {
        "say": FieldRule(Medium.TEXT, required=True, longest=1000),
        "if_they_ask": FieldRule(Medium.TEXT, longest=2000),
        "link": FieldRule(Medium.LINK, longest=2000),
    },
    ChannelKind.EMAIL: {
        "subject": FieldRule(Medium.LINE, required=True, longest=200),
        "text": FieldRule(Medium.TEXT, required=True),
        "html": FieldRule(Medium.HTML),
        "link": FieldRule(Medium.LINK, longest=2000),
    },
    ChannelKind.PUSH: {
        "title": FieldRule(Medium.LINE, required=True, longest=60),
        "text": FieldRule(Medium.LINE, required=True, longest=180),
        "link": FieldRule(Medium.LINK, longest=2000),
        "image": FieldRule(Medium.LINK, longest=2000),
    },
    ChannelKind.WEBHOOK: {
        "text": FieldRule(Medium.TEXT, required=True, longest=2000),
        "subject": FieldRule(Medium.LINE, longest=200),
        "link": FieldRule(Medium.LINK, longest=2000),
    },
}
"""What a treatment may say, by kind of channel; e-mails carry their way to unsubscribe without being told."""
