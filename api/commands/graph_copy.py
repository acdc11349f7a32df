"""patron graph copy: everything of one graph store into another."""

from pathlib import Path

import click
import msgspec

from api.progress import stage
from api.settings import loaded_settings
from graph import InvalidValue
from graph.copying import copy_graph
from graph.stores.open import open_graph, shown_url

__all__ = ["copy"]

SQLITE = "sqlite:///"


@click.command("copy")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--verify", is_flag=True, help="Compare every record of both at the end, not only how many there are.")
@click.option("--json", "as_json", is_flag=True, help="Print what was copied as JSON.")
def copy(source: str, target: str, verify: bool, as_json: bool) -> None:
    """Copy everything of the graph at the URL FROM into the one at TO.

    Stopped at any moment, the same call goes on where it was. A password that stands in neither URL is read from
    PATRON_GRAPH_PASSWORD.
    """
    settings = loaded_settings()
    if source == target:
        raise InvalidValue("TO", shown_url(target), "another store than FROM")
    if source.startswith(SQLITE) and not Path(source.removeprefix(SQLITE)).is_file():
        raise InvalidValue("FROM", source, "the URL of a graph that is there")
    reading = open_graph(settings.with_password(source))
    try:
        writing = open_graph(settings.with_password(target))
        try:
            with stage("copying the graph") as advance:
                copied = copy_graph(
                    reading, writing, verify=verify, progress=lambda what, done, total: advance(done, total, what)
                )
        finally:
            writing.close()
    finally:
        reading.close()
    if as_json:
        told = {"from": shown_url(source), "to": shown_url(target), "verified": verify}
        click.echo(msgspec.json.encode(told | msgspec.to_builtins(copied) | {"counts": copied.counts._asdict()}))
        return
    click.echo(
        f"{copied.written:,} of {copied.records:,} records copied, the others were there already; "
        f"{'every record is' if verify else 'the counts are'} the same"
    )
