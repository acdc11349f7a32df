"""A notebook executed: what it says and draws, and how long processors worked for it."""

import os
from collections.abc import Mapping
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Any, NamedTuple

import nbclient
import nbformat

__all__ = ["NOTEBOOKS", "Executed", "cells_of_code", "execute"]

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
MOST_SECONDS = 300
"""A cell's, by the clock."""
read: Any = nbformat.read  # which has no types


class Executed(NamedTuple):
    """said, told: what is on the standard output, and on the standard error. figures: images drawn. seconds: of
    processors, in the kernel and all it started."""

    said: str
    told: str
    figures: int
    seconds: float


def execute(name: str, environment: Mapping[str, str]) -> Executed:
    """Every cell in turn, in a kernel of its own with these variables; an error of a cell is one here."""
    notebook = read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    client = nbclient.NotebookClient(notebook, timeout=MOST_SECONDS, resources={"metadata": {"path": NOTEBOOKS.parent}})
    begun = _processor_seconds()
    run = client.execute(env={**os.environ, **environment})
    seconds = _processor_seconds() - begun
    outputs = [output for cell in cells_of_code(run) for output in cell.outputs]
    said, told = (
        "".join(output.text for output in outputs if output.get("name") == stream) for stream in ("stdout", "stderr")
    )
    return Executed(said, told, sum("image/png" in output.get("data", {}) for output in outputs), seconds)


def cells_of_code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _processor_seconds() -> float:
    """Of processes that this one started and that have ended."""
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
