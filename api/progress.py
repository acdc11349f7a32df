"""Progress of long work, on standard error, so that standard output stays the answer."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from click import echo
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

__all__ = ["Advance", "stage"]

PLAIN_SECONDS = 5.0
"""How often a line says how far the work is where no terminal draws a bar."""


class Advance(Protocol):
    """Called with how much is done, out of how much where that is known, and with what is being done now."""

    def __call__(self, done: int, total: int | None, what: str = "") -> None: ...


@contextmanager
def stage(title: str) -> Iterator[Advance]:
    """Show a piece of work while it goes on, and in one line how long it took when it is done."""
    begun = time.monotonic()
    if sys.stderr.isatty():
        with _drawn(title) as advance:
            yield advance
        echo(f"✓ {title}: {time.monotonic() - begun:.1f} s", err=True)
    else:
        echo(f"{title} …", err=True)
        yield _Lines(title, begun)
        echo(f"{title}: done in {time.monotonic() - begun:.1f} s", err=True)


@contextmanager
def _drawn(title: str) -> Iterator[Advance]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(20), TextColumn("{task.fields[said]}"))
    terminal = Console(stderr=True, highlight=False)
    with Progress(*columns, TimeElapsedColumn(), console=terminal, transient=True) as progress:
        task = progress.add_task(title, total=None, said="")

        def advance(done: int, total: int | None, what: str = "") -> None:
            progress.update(task, completed=done, total=total, said=_said(done, total, what))

        yield advance


class _Lines:
    """Says how far the work is as lines of text, one every few seconds."""

    def __init__(self, title: str, begun: float) -> None:
        self._title = title
        self._said = begun

    def __call__(self, done: int, total: int | None, what: str = "") -> None:
        if time.monotonic() - self._said >= PLAIN_SECONDS:
            self._said = time.monotonic()
            echo(f"{self._title}: {_said(done, total, what)}", err=True)


def _said(done: int, total: int | None, what: str) -> str:
    so_far = f"{done:,}" if total is None else f"{100 * done // max(total, 1)} %"
    return f"{so_far}, {what}" if what else so_far
