"""patron worker: keep the graph and the stored profiles up with the event log."""

from pathlib import Path

import click

from api.processes.worker import run_worker
from api.settings import loaded_settings

__all__ = ["command"]


@click.command("worker")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder.")
@click.option("--parent", type=int, hidden=True, help="Stop when this process is gone.")
def command(data: Path | None, parent: int | None) -> None:
    """Work until told to stop."""
    run_worker(loaded_settings(data=data), parent)
