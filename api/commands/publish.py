"""patron publish: make a trained version the one that is served."""

from pathlib import Path

import click
import msgspec

from api.commands.existing_folder import existing_folder
from api.settings import loaded_settings
from embeddings.registry import Registry
from graph import PatronError

__all__ = ["command"]


@click.command("publish")
@click.argument("version", required=False)
@click.option("--data", type=click.Path(path_type=Path), help="The data folder.")
@click.option("--json", "as_json", is_flag=True, help="Print what is published as JSON.")
def command(version: str | None, data: Path | None, as_json: bool) -> None:
    """Publish VERSION, or the newest one; running servers swap to it within a second, without losing a request."""
    registry = Registry(existing_folder(loaded_settings(data=data)).embeddings)
    versions = registry.versions()
    if not versions:
        raise PatronError(f"no version is trained in {str(registry.folder)!r}: `patron train` makes one")
    chosen = version or versions[-1]
    if chosen not in versions:
        raise PatronError(f"VERSION: got {chosen!r}, expected one of {', '.join(versions)}")
    before = registry.current()
    registry.publish(chosen)
    if as_json:
        click.echo(msgspec.json.encode({"published": chosen, "before": before}))
    elif before == chosen:
        click.echo(f"{chosen} is published, as it was before")
    else:
        click.echo(f"{chosen} is published" + (f"; before it was {before}" if before else ""))
