"""Progress of long work, on standard error, so that standard output stays the answer."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

__all__ = ["Advance", "console", "stage"]

Advance = Callable[[int, int | None], None]
"""Called with how much is done and, where it is known, out of how much."""

console = Console(stderr=True, highlight=False)


@contextmanager
def stage(title: str) -> Iterator[Advance]:
    """Show a piece of work while it goes on, and one line of how long it took when it is done."""
    columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(title, total=None)

        def advance(done: int, total: int | None) -> None:
            progress.update(task, completed=done, total=total)

        begun = progress.get_time()
        if progress.disable:
            console.print(f"{title} …")
        yield advance
        progress.update(task, total=progress.tasks[0].completed or 1, completed=progress.tasks[0].completed or 1)
        seconds = progress.get_time() - begun
    if progress.disable:
        console.print(f"{title}: done in {seconds:.1f} s")
