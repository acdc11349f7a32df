"""patron demo: a real retailer, from data to answers, with a guided tour."""

import contextlib
import io
import time
from importlib.util import find_spec
from pathlib import Path

import click
import msgspec
from rich.console import Console

from api.commands.demo_graph import graph_for
from api.commands.import_ import bring_up, import_into
from api.commands.tour import Tour
from api.processes.local_server import LocalServer
from api.settings import Settings, loaded_settings
from api.workbench import Workbench
from embeddings.registry import Registry
from graph import PatronError
from graph.data_folder import DataFolder
from graph.sources.complete_journey import complete_journey_folder, complete_journey_mapping

__all__ = ["command", "prepare"]


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
        server = left.enter_context(LocalServer(settings, settings.port))
        url = server.url
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
            raise PatronError(f"the server ended with exit code {server.process.wait()}")


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
            bench = Workbench(settings)
            version = bench.train()
            bench.publish(version)
            click.echo(f"published {version}", err=True)
