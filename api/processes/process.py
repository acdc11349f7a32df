"""Process: what has to be so in a serving process before numpy and all that hangs on it are imported."""

import gc
import os

__all__ = ["prepare_to_serve"]

LIBRARIES = ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM", "NUMEXPR")


def prepare_to_serve() -> None:
    """One thread for each numeric library, which looks when it is imported, and no garbage collection.

    A server's other cores have other requests, and what it makes while it starts stays: whoever ends the start
    turns collection on again.
    """
    os.environ.update({f"{library}_NUM_THREADS": "1" for library in LIBRARIES})
    gc.disable()
