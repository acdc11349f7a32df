"""Sums that are kept in 64 bits: whatever is added up, and in whatever order, a store and JSON can hold the result."""

__all__ = ["wrapped"]

_HALF = 2**63


def wrapped(total: int) -> int:
    """A sum as 64 bits hold it: itself, or where it is out of their range the same modulo 2^64.

    So adding stays commutative and never fails; no honest sum comes near the end of the range.
    """
    return total if -_HALF <= total < _HALF else (total + _HALF) % (2 * _HALF) - _HALF
