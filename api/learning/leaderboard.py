"""Leaderboard: one table of every method, and all one must know to believe it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from embeddings.baselines import Tuned
from embeddings.evaluation import Comparison, EvaluationTable, Task
from graph import Instant, iso

__all__ = ["Leaderboard"]


@dataclass(frozen=True)
class Leaderboard:
    """What `patron evaluate` answers.

    split: how what is held out was chosen. begins, ends: the oldest and newest interaction.
    reference: the line every other is held against, by task. differences: every other line minus it.
    ablations: lines minus the same without one part.
    baselines: names of the lines that are not ours. fixed: their settings, where none were chosen; tuned: the choice.
    seconds: by what was done.
    """

    table: EvaluationTable
    split: str
    begins: Instant
    ends: Instant
    customers: int
    products: int
    interactions: int
    reference: Mapping[Task, str]
    differences: list[Comparison]
    ablations: list[Comparison]
    baselines: tuple[str, ...]
    fixed: Mapping[str, str]
    tuned: Mapping[str, Tuned]
    seconds: Mapping[str, float]

    def as_json(self) -> dict[str, Any]:
        """All of it as what JSON can hold; the values of single customers are left out."""
        return {
            **self.table.as_json(),
            "split": self.split,
            "begins": iso(self.begins),
            "ends": iso(self.ends),
            "customers": self.customers,
            "products": self.products,
            "interactions": self.interactions,
            "reference": {task.value: name for task, name in self.reference.items()},
            "differences": [one.as_json() for one in self.differences],
            "ablations": [one.as_json() for one in self.ablations],
            "settings": {**self.fixed, **{name: line.as_json() for name, line in self.tuned.items()}},
            "seconds": {what: round(seconds, 1) for what, seconds in self.seconds.items()},
        }
