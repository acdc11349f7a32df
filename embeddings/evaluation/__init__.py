"""How good lists are: the time split, the measures, and one table of every method; knows no torch."""

from embeddings.evaluation.bootstrap import Interval, mean_interval, paired_difference
from embeddings.evaluation.ranker import Fitted, Method, Ranker
from embeddings.evaluation.split import HeldOut, Task, TimeSplit, last_cut, time_split, validation_split
from embeddings.evaluation.table import EvaluationRow, EvaluationTable, Progress, evaluate, silent
from embeddings.evaluation.vector_ranker import VectorRanker

__all__ = [
    "EvaluationRow",
    "EvaluationTable",
    "Fitted",
    "HeldOut",
    "Interval",
    "Method",
    "Progress",
    "Ranker",
    "Task",
    "TimeSplit",
    "VectorRanker",
    "evaluate",
    "last_cut",
    "mean_interval",
    "paired_difference",
    "silent",
    "time_split",
    "validation_split",
]
