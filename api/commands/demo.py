"""patron demo: a real retailer, from data to answers, with a guided tour."""

import contextlib
import io
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import click
import httpx
import msgspec
from rich.console import Console

from api.commands.demo_graph import graph_for
from api.commands.import_ import bring_up, import_into
from api.commands.progress import stage
from api.commands.tour import Tour
from api.settings import Settings, loaded_settings
from embeddings.registry import Registry
from graph import PatronError
from graph.data_folder import DataFolder
from graph.sources.complete_journey import complete_journey_folder, complete_journey_mapping

__all__ = ["command", "prepare"]

HOST = "127.0.0.1"
START_SECONDS = 30
STOP_SECONDS = 15


@click.command("demo")
@click.option("--once", is_flag=True, help="End after the tour instead of serving on.")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder; what an earlier run left is used on.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port to serve on; where it is in use, a free one.")
@click.option(
    "--graph",
    metavar="[sqlite|neo4j|URL]",
    help="Where the graph is: a file in the data folder (if PATRON_GRAPH says nothing else), the Neo4j that NEO4J_URI "
    "names or one of the demo's own, or a URL.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what the tour saw as JSON, and end after it.")
def command(once: bool, data: Path | None, port: int | None, graph: str | None, as_json: bool) -> None:
    """Import the retailer, train, publish, serve, and show what comes out."""
    begun = time.monotonic()
    settings = loaded_settings(data=data, port=port)
    check_for_torch(settings)
    output = Console(file=io.StringIO() if as_json else None, highlight=False)
    with contextlib.ExitStack() as left:
        settings = loaded_settings(data=data, port=port, graph=left.enter_context(graph_for(graph, settings.data)))
        prepare(settings)
        url, server = left.enter_context(_served(settings))
        seen = Tour(url, output).run()
        if as_json:
            click.echo(msgspec.json.encode({"url": url, "storefront": f"{url}/demo"} | seen))
            return
        output.print()
        output.print(f"The tour and all before it took {time.monotonic() - begun:.1f} s.")
        output.print(f"The API's description: {url}/docs", soft_wrap=True)
        if once:
            output.print(
                f"The storefront: {url}/demo (the server stops now; leave --once away to visit it)", soft_wrap=True
            )
            return
        output.print(f"The storefront: [bold]{url}/demo[/]   (Ctrl-C ends the server)", soft_wrap=True)
        with contextlib.suppress(KeyboardInterrupt):
            raise PatronError(f"the server ended with exit code {server.wait()}")


def check_for_torch(settings: Settings) -> None:
    """PatronError where the demo is to train and cannot, before anything is started or imported."""
    if Registry(DataFolder(settings.data).embeddings).current() is None and find_spec("torch") is None:
        raise PatronError("the demo trains, which needs torch: pip install 'patron[demo,train]'")


def prepare(settings: Settings) -> None:
    """Import, train and publish what is not there yet; a graph that is behind, or new, is built from the log."""
    folder = DataFolder(settings.data)
    registry = Registry(folder.embeddings)
    with folder.exclusive():
        imported = folder.path / "complete-journey.imported"
        if not imported.exists():
            import_into(settings, complete_journey_mapping(), complete_journey_folder())
            imported.touch()
        else:
            bring_up(settings)
        if registry.current() is None:
            from api.commands.train import train_into  # it loads torch, which takes seconds: only to train

            version = train_into(settings)
            registry.publish(version)
            click.echo(f"published {version}", err=True)


@contextlib.contextmanager
def _served(settings: Settings) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A server of these settings' data folder as a child process: its URL, once it is ready, and the process."""
    port = settings.port
    if port == 0 or not _is_free(port):
        port = _free_port()
        if settings.port:
            click.echo(f"port {settings.port} is in use: {port} is taken instead", err=True)
    url = f"http://{HOST}:{port}"
    called = [sys.executable, "-m", "api", "serve", "--host", HOST, "--port", str(port)]
    # The storefront is there in development mode only, and the tour has no key.
    environment = settings.as_environment() | {"PATRON_LOG_LEVEL": "error", "PATRON_SECRET_KEY": ""}
    server = subprocess.Popen(called, env=environment)
    try:
        with stage("starting the server"):
            _wait_until_ready(url, server)
        yield url, server
    finally:
        server.terminate()
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until_ready(url: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(START_SECONDS * 20):
        if server.poll() is not None:
            raise PatronError(f"the server ended with exit code {server.returncode} before it was ready")
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/readyz").status_code == 200:
                return
        time.sleep(0.05)
    raise PatronError(f"the server was not ready within {START_SECONDS} seconds")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
