"""Limits: how much one body, order or event sent over HTTP may hold."""

from collections.abc import Sized

from graph.errors import InvalidValue

__all__ = ["MAX_LINES", "MAX_MESSAGES", "MAX_NAMES", "MAX_REGIONS", "MAX_WISHES", "at_most"]

MAX_MESSAGES = 5_000
"""Messages of one body."""

MAX_LINES = 1_000
"""Lines of an order, and products of a list that was shown."""

MAX_NAMES = 200
"""Traits, preferences or consents of one event."""

MAX_REGIONS = 10_000
"""Regions of one product."""

MAX_WISHES = 1_000
"""Texts of one stated wish: each answer looks all of them up."""


def at_most(limit: int, values: Sized, field: str, noun: str) -> None:
    """InvalidValue with how many there are and how many there may be, where `values` are more than `limit`."""
    if len(values) > limit:
        raise InvalidValue(field, f"{len(values)} {noun}", f"at most {limit} {noun}")
