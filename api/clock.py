"""The one place where the engine asks what time it is."""

import time

from graph import Instant

__all__ = ["now"]


def now() -> Instant:
    """Microseconds since 1970 UTC."""
    return Instant(time.time_ns() // 1000)
