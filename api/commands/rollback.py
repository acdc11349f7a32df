"""patron rollback: serve the version published before."""

from pathlib import Path

import click
import msgspec

from api.settings import loaded_settings
from api.workbench import Workbench
from graph import PatronError

__all__ = ["command"]


@click.command("rollback")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder.")
@click.option("--json", "as_json", is_flag=True, help="Print what is published as JSON.")
def command(data: Path | None, as_json: bool) -> None:
    """Go back to the version that was published before the current one."""
    bench = Workbench(loaded_settings(data=data))
    before = bench.registry.current()
    if before is None:
        raise PatronError(
            f"no version is published in {str(bench.registry.folder)!r}: there is nothing to go back from"
        )
    if not bench.registry.pointer().before:
        raise PatronError(f"{before} was the first to be published: there is nothing to go back to")
    version = bench.rollback()
    if as_json:
        click.echo(msgspec.json.encode({"published": version, "before": before}))
    else:
        click.echo(f"{version} is published again; it was {before}")
