"""patron demo: a real retailer, from data to answers, with a guided tour."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import httpx
from rich.console import Console

from api.commands.import_ import import_into
from api.commands.train import train_into
from api.progress import console, stage
from api.settings import Settings, loaded_settings
from api.tour import Tour
from embeddings.registry import Registry
from graph import PatronError
from graph.data_folder import DataFolder
from graph.sources.complete_journey import complete_journey_folder, complete_journey_mapping

__all__ = ["command"]

START_SECONDS = 30


@click.command("demo")
@click.option("--once", is_flag=True, help="End after the tour instead of serving on.")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder; an earlier run's is used on.")
@click.option("--port", type=int, help="The port to serve on; a free one is taken where it is in use.")
def command(once: bool, data: Path | None, port: int | None) -> None:
    """Import the retailer, train, publish, serve, and show what comes out."""
    settings = loaded_settings(data=data, port=port)
    prepare(settings)
    with _served(settings) as url:
        Tour(url, Console(highlight=False)).run()
        output = Console(highlight=False)
        output.print()
        output.print(f"The storefront is at [bold]{url}/demo[/], the API's description at [bold]{url}/docs[/].")
        if not once:
            output.print("Ctrl-C ends it.")
            with contextlib.suppress(KeyboardInterrupt):
                while True:
                    time.sleep(3600)


def prepare(settings: Settings) -> None:
    """Import, train and publish what is not there yet."""
    folder = DataFolder(settings.data)
    with folder.exclusive():
        imported = folder.path / "complete-journey.imported"
        if not imported.exists():
            import_into(settings, complete_journey_mapping(), complete_journey_folder())
            imported.touch()
        registry = Registry(folder.embeddings)
        if registry.current() is None:
            version = train_into(settings)
            registry.publish(version)
            console.print(f"published {version}")


@contextlib.contextmanager
def _served(settings: Settings) -> Iterator[str]:
    """A server on these settings as a child process; its URL once it is ready."""
    port = settings.port if _is_free(settings.host, settings.port) else 0
    port = port or _free_port(settings.host)
    url = f"http://{settings.host}:{port}"
    environment = settings.as_environment() | {"PATRON_PORT": str(port), "PATRON_LOG_LEVEL": "error"}
    server = subprocess.Popen([sys.executable, "-m", "api", "serve"], env=environment)
    try:
        with stage("starting the server") as _:
            _wait_until_ready(url, server)
        yield url
    finally:
        server.terminate()
        server.wait(START_SECONDS)


def _wait_until_ready(url: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(START_SECONDS * 20):
        if server.poll() is not None:
            raise PatronError(f"the server ended with exit code {server.returncode} before it was ready")
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/readyz").status_code == 200:
                return
        time.sleep(0.05)
    raise PatronError(f"the server was not ready within {START_SECONDS} seconds")


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) != 0


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
