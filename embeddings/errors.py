"""The errors of the embeddings layer, beside those of the graph.

PatronError
├── NothingToEvaluate   a time cut leaves no purchases before it, or none after it
├── PublicationRefused  a version does not pass a check of the gate
└── FileBroken
    └── SnapshotBroken  a file of a version is missing, changed, or not what it should be
"""

from graph import FileBroken, PatronError

__all__ = ["NothingToEvaluate", "PublicationRefused", "SnapshotBroken"]


class NothingToEvaluate(PatronError):
    """A split has an empty side: there is nothing to learn from, or nothing to be measured on."""


class PublicationRefused(PatronError):
    """A version is not good enough to serve: which check, what was measured, what was asked.

    >>> str(PublicationRefused("v0002", "index recall", 0.91, "at least 0.97"))
    'v0002 is not published: index recall is 0.91, expected at least 0.97'
    """

    def __init__(self, version: str, check: str, measured: float, expected: str) -> None:
        self.version = version
        self.check = check
        self.measured = measured
        self.expected = expected
        super().__init__(f"{version} is not published: {check} is {measured:.6g}, expected {expected}")


class SnapshotBroken(FileBroken):
    """A version cannot be used, for one of its files."""
