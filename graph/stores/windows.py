"""Windows: since ≤ at < as_of as the two ends, both included."""

from graph.instants import Instant

__all__ = ["window"]

_LEAST, _GREATEST = -(2**63), 2**63 - 1


def window(since: Instant | None, as_of: Instant | None) -> tuple[int, int]:
    """The earliest and the latest instant of the window; of one without an end, of all there are."""
    earliest = _LEAST if since is None else max(since, _LEAST)
    if as_of is None or as_of > _GREATEST:
        return earliest, _GREATEST
    return (earliest, as_of - 1) if as_of > _LEAST else (_GREATEST, _LEAST)
