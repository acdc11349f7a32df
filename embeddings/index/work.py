"""Work: what a search has to do, counted and weighed in nanoseconds, so that no choice hangs on what else is running.

The weights were measured once, on one core of an EPYC server with other work beside (`benchmarks.index` times the real
thing). What they are for is to compare searches of the same vectors with each other.
"""

__all__ = ["STEP", "gathered", "hopped", "kept", "marked", "scanned", "streamed"]

STEP = 15_000.0
"""A round of array operations over a block: calls, whatever the block holds."""


def streamed(rows: int, dim: int) -> float:
    """Rows of `dim` numbers multiplied one after the other as they lie."""
    return 0.32 * rows * dim


def gathered(rows: int, dim: int) -> float:
    """Rows of `dim` numbers fetched from here and there, then multiplied."""
    return rows * (15.0 + 0.5 * dim)


def marked(rows: int) -> float:
    """Marks of a filter looked up by row, and the places of those that are set."""
    return 2.0 * rows


def scanned(rows: int, dim: int) -> float:
    """Codes of four bits for every two numbers, summed in vector registers."""
    return rows * (1.35 + 0.0042 * dim)


def kept(rows: int) -> float:
    """Candidates held in a heap while the scan goes on."""
    return 100.0 * rows


def hopped(rows: int, dim: int) -> float:
    """Vectors of a graph visited along its links."""
    return rows * (50.0 + 0.5 * dim)
