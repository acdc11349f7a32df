"""Slot: a place on a page that decisions fill."""

from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from recommend.decisions.pack.written.about import STRICT
from recommend.decisions.pack.written.action import ActionKind
from recommend.decisions.pack.written.values import Words

__all__ = ["Slot"]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Slot:
    """A place on a page, by its id. Which actions may stand in it, they say themselves."""

    page: Words
    channel: str
    k: Annotated[int, Field(ge=1, le=50)] = 1
    kinds: tuple[ActionKind, ...] = ()
    """Only actions of these; of any kind where none is named."""
    ordered: bool = False
    """Whether all its actions are shown and only their order is decided, as in a navigation."""
    otherwise: str = ""
    """The neutral action that stands here where nothing else may; empty where the slot may stay empty."""
