"""The questions of docs/analyst.md, and their answers worked out without Cypher from any store that holds the same."""

from benchmarks.customer_graph.analyst.answers import ANSWERS
from benchmarks.customer_graph.analyst.questions import (
    DOCUMENT,
    Question,
    asked,
    operators,
    questions,
    shown,
    with_rows,
)
from benchmarks.customer_graph.analyst.shop import Shop, shop_of

__all__ = [
    "ANSWERS",
    "DOCUMENT",
    "Question",
    "Shop",
    "asked",
    "operators",
    "questions",
    "shop_of",
    "shown",
    "with_rows",
]
