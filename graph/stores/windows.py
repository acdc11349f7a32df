"""Windows: since ≤ at < as_of as the two ends, both included."""

from graph.instants import Instant

__all__ = ["window"]

_LEAST, _GREATEST = -(2**63), 2**63 - 1


def window(since: Instant | None, as_of: Instant | None) -> tuple[int, int]:
    """The earliest and the latest instant of the window; of one without an end, of all there are."""
    return _LEAST if since is None else since, _GREATEST if as_of is None else as_of - 1
