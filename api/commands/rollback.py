"""patron rollback: serve the version published before."""

from pathlib import Path

import click
import msgspec

from api.settings import loaded_settings
from embeddings.registry import Registry
from graph.data_folder import DataFolder

__all__ = ["command"]


@click.command("rollback")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder.")
@click.option("--json", "as_json", is_flag=True, help="Print what is published as JSON.")
def command(data: Path | None, as_json: bool) -> None:
    """Go back to the version that was published before the current one."""
    registry = Registry(DataFolder(loaded_settings(data=data).data).embeddings)
    before = registry.current()
    version = registry.rollback()
    if as_json:
        click.echo(msgspec.json.encode({"published": version, "before": before}))
    else:
        click.echo(f"{version} is published again; it was {before}")
