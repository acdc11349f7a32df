"""patron serve: answer over HTTP."""

from pathlib import Path

import click

from api.processes.server import run_server
from api.settings import loaded_settings

__all__ = ["command"]


@click.command("serve")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder.")
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port to listen on; 0 takes a free one.")
@click.option("--worker/--no-worker", default=None, help="Whether to start the worker as a child process.")
def command(data: Path | None, host: str | None, port: int | None, worker: bool | None) -> None:
    """Answer over HTTP until told to stop."""
    run_server(loaded_settings(data=data, host=host, port=port, worker=worker))
