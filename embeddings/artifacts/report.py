"""Report: what the gate looked at, what it found and asked for, and whether the version may serve."""

from dataclasses import dataclass
from typing import Any

from embeddings.errors import PublicationRefused
from embeddings.evaluation.bootstrap import Interval

__all__ = ["Check", "Report"]


@dataclass(frozen=True)
class Check:
    """One figure, and what is asked of it; interval: where the figure may lie, for one that is a mean of customers."""

    name: str
    measured: float
    expected: str
    passed: bool
    interval: Interval | None = None


@dataclass(frozen=True)
class Report:
    """All checks of a version, in the order they were made.

    champion: the version it was held against, "" where none serves. notes: what could not be checked, and why.
    """

    version: str
    champion: str
    checks: tuple[Check, ...]
    notes: tuple[str, ...] = ()

    @property
    def refusals(self) -> tuple[PublicationRefused, ...]:
        """One for each check that is not passed."""
        return tuple(
            PublicationRefused(self.version, check.name, check.measured, _expected(check))
            for check in self.checks
            if not check.passed
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "champion": self.champion or None,
            "passed": not self.refusals,
            "checks": [
                vars(check) | {"interval": check.interval._asdict() if check.interval else None}
                for check in self.checks
            ],
            "notes": list(self.notes),
        }


def _expected(check: Check) -> str:
    """What was asked, and the whole interval where that was asked of."""
    if check.interval is None:
        return check.expected
    return f"{check.expected}, not [{check.interval.low:.4f}, {check.interval.high:.4f}]"
