"""Replaying: refused messages read again, and taken in the way they would have been at first."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from api.engine import Engine
from graph import InvalidValue
from graph.events.family import Text
from graph.events.refusal import Parsed
from graph.events.rereading import reread
from graph.log.dead_letters import DeadLetter, Selection

__all__ = ["MAX_REPLAYED", "ReplayRequest", "Replayed", "replay", "replay_letters"]

MAX_REPLAYED = 100_000
"""Letters of one call."""

PAGE = 500


class ReplayRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Which refused messages to read again, the oldest first: of one source, received `since` (ISO 8601); "" is any."""

    source: Text = ""
    since: Text = ""
    limit: Annotated[int, Meta(ge=1, le=MAX_REPLAYED)] = 10_000


class Replayed(Struct, frozen=True):
    """What became of dead letters that were read again.

    letters: how many were; of these
    replayed: they are events now, and dead letters no longer.
    refused: they cannot be accepted, for the reason they now give, and stay.
    unreadable: they were not kept whole, or were refused because of who sent them, and stay.
    accepted, duplicates: the events that came of them, by whether the log knew them.
    """

    letters: int = 0
    replayed: int = 0
    refused: int = 0
    unreadable: int = 0
    accepted: int = 0
    duplicates: int = 0


async def replay(engine: Engine, chosen: Selection, limit: int) -> AsyncIterator[Replayed]:
    """Read the oldest `limit` letters of those chosen again, and say after each page what has become of them so far.

    Doing it again changes nothing. LogUnavailable where the log cannot be written: what was not replayed stays.
    """
    done, after = Replayed(), 0
    while done.letters < limit:
        letters = engine.dead_letters.oldest(min(PAGE, limit - done.letters), chosen, after=after)
        if not letters:
            return
        done, after = _sum(done, await replay_letters(engine, letters)), letters[-1].number
        yield done


async def replay_letters(engine: Engine, letters: Iterable[DeadLetter]) -> Replayed:
    """Read these letters again; those of which nothing can be made stay, with the reason they give now."""
    outcomes = await asyncio.gather(*(_replay(engine, letter) for letter in letters))
    done = Replayed()
    for outcome in outcomes:
        done = _sum(done, outcome)
    return done


async def _replay(engine: Engine, letter: DeadLetter) -> Replayed:
    try:
        parsed = reread(letter.refusal, letter.source, letter.received)
    except InvalidValue:
        return Replayed(letters=1, unreadable=1)
    if parsed.refused:
        engine.dead_letters.refuse_again(letter.number, parsed.refused[0])
        return Replayed(letters=1, refused=1)
    past = tuple(replace(event, history=True) for event in parsed.events)  # what it would have started is over
    result = await engine.take(Parsed(past), letter.source)
    engine.dead_letters.drop([letter.number])
    return Replayed(letters=1, replayed=1, accepted=result.accepted, duplicates=result.duplicates)


def _sum(one: Replayed, other: Replayed) -> Replayed:
    return Replayed(*(getattr(one, name) + getattr(other, name) for name in Replayed.__struct_fields__))
