"""Money as shops send it, major units, to what we keep: whole minor units."""

from decimal import ROUND_HALF_UP, Decimal

from graph.errors import InvalidValue

__all__ = ["MAX_MINOR", "minor_units"]

MAX_MINOR = 2**47
"""The most minor units an amount may have, either side of 0: a million million of a currency with hundredths. All that
one body can hold of them adds up to less than 2^63."""

_DIGITS = {  # ISO 4217, where it is not two
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF"), 0),
    **dict.fromkeys(("UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


def minor_units(amount: float, currency: str = "", *, times: float = 1.0, field: str = "price") -> int:
    """`amount` × `times` in minor units of `currency` (hundredths where it is unknown), half a unit rounded up.

    Reckoned in decimals, so that 4.35 × 100 is 435.

    >>> minor_units(4.35, "EUR", times=100), minor_units(500, "JPY")
    (43500, 500)
    """
    exact = (Decimal(repr(amount)) * Decimal(repr(times))).scaleb(_DIGITS.get(currency, 2))
    if not abs(exact) <= MAX_MINOR:
        raise InvalidValue(field, amount, f"an amount of at most {MAX_MINOR} minor units")
    return int(exact.to_integral_value(ROUND_HALF_UP))
