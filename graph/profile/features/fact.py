"""Fact: what the feature table needs of one event, kept as it came while less than a day older than the newest."""

from typing import NamedTuple

from graph.instants import DAY, Instant
from graph.nodes import Trait

__all__ = ["MAX_FACTS", "Fact", "settled"]

MAX_FACTS = 1000
"""How many of the newest events are kept one by one; those before them are counted by day."""

Fields = tuple[Trait | None, ...]


class Fact(NamedTuple):
    """An event's fields by the layout of its type; its lines where it is an order. utc_offset: minutes."""

    at: Instant
    key: str
    layout: int
    utc_offset: int
    fields: Fields
    lines: tuple[Fields, ...] = ()


def settled(held: tuple[Fact, ...], added: list[Fact]) -> tuple[tuple[Fact, ...], list[Fact]]:
    """Those that stay, oldest first, and those that are to be counted by day.

    These are a day or more older than the newest, or not among the MAX_FACTS newest: it depends on the facts alone, not
    on the order in which they came.
    """
    if len(added) == 1 and len(held) < MAX_FACTS:
        fact = added[0]
        if not held or (held[-1][:2] < fact[:2] and held[0].at > fact.at - DAY):
            return (*held, fact), []
    facts = sorted((*held, *added))
    after = facts[-1].at - DAY
    start = max(0, len(facts) - MAX_FACTS)
    while facts[start].at <= after:
        start += 1
    return tuple(facts[start:]), facts[:start]
