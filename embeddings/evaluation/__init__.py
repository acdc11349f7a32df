"""How good lists are: the splits, the measures, and one table of every method; knows no torch."""

from embeddings.evaluation.bootstrap import Interval, mean_interval, paired_difference
from embeddings.evaluation.evaluate import Progress, evaluate, silent
from embeddings.evaluation.ranker import Fitted, Method, Ranker
from embeddings.evaluation.slices import SliceRow, Trait
from embeddings.evaluation.split import (
    HeldOut,
    Split,
    Task,
    last_cut,
    leave_last_out,
    time_split,
    validation_split,
)
from embeddings.evaluation.table import Comparison, EvaluationRow, EvaluationTable
from embeddings.evaluation.vector_ranker import VectorRanker

__all__ = [
    "Comparison",
    "EvaluationRow",
    "EvaluationTable",
    "Fitted",
    "HeldOut",
    "Interval",
    "Method",
    "Progress",
    "Ranker",
    "SliceRow",
    "Split",
    "Task",
    "Trait",
    "VectorRanker",
    "evaluate",
    "last_cut",
    "leave_last_out",
    "mean_interval",
    "paired_difference",
    "silent",
    "time_split",
    "validation_split",
]
