"""patron pack: check the pack of a business, publish it, go back to the one before."""

import json
from pathlib import Path

import click
import msgspec

from api.clock import now
from api.settings import loaded_settings
from graph import PatronError, iso
from graph.data_folder import DataFolder
from recommend.decisions.pack import Pack, PackRefused, read_pack
from recommend.decisions.pack.written.json_schema import json_schemas
from recommend.decisions.registry import PackRegistry

__all__ = ["command"]

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
REFUSED = 1


@click.group("pack")
def command() -> None:
    """What may be done in a business, for whom and how often: YAML files in one folder."""


_data = click.option("--data", type=click.Path(path_type=Path), help="The data folder.")
_json = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")


@command.command("check")
@click.argument("folder", type=FOLDER)
@_json
def check(folder: Path, as_json: bool) -> None:
    """Say everything that is wrong with the pack in FOLDER, by file and line; exit code 1 where anything is."""
    try:
        pack = read_pack(folder)
    except PackRefused as refused:
        _tell(refused, as_json)
        return
    if as_json:
        click.echo(msgspec.json.encode({"version": pack.version, "faults": []} | _counts(pack)))
    else:
        click.echo(f"{pack.about.title}: {', '.join(map(_counted, _counts(pack).items()))}")
        click.echo("all is well: it would be published")


@command.command("publish")
@click.argument("folder", type=FOLDER)
@_data
@_json
def publish(folder: Path, data: Path | None, as_json: bool) -> None:
    """Make the pack in FOLDER the current one, as a version that nothing changes any more."""
    registry = _registry(data)
    before = registry.current()
    try:
        version = registry.publish(folder, now=now())
    except PackRefused as refused:
        _tell(refused, as_json)
        return
    if as_json:
        click.echo(msgspec.json.encode({"published": version, "before": before}))
    elif version == before:
        click.echo(f"{version} is published, as it was before: nothing in the pack has changed")
    else:
        click.echo(f"{version} is published" + (f"; before it was {before}" if before else ""))


@command.command("rollback")
@_data
@_json
def rollback(data: Path | None, as_json: bool) -> None:
    """Go back to the pack that was published before the current one."""
    registry = _registry(data)
    before = registry.current()
    if before is None:
        raise PatronError(f"no pack is published in {str(registry.folder)!r}: there is nothing to go back from")
    if not registry.pointer().before:
        raise PatronError(f"{before} was the first pack to be published: there is nothing to go back to")
    version = registry.rollback(now=now())
    if as_json:
        click.echo(msgspec.json.encode({"published": version, "before": before}))
    else:
        click.echo(f"{version} is published again; it was {before}")


@command.command("list")
@_data
@_json
def list_versions(data: Path | None, as_json: bool) -> None:
    """The published versions of the pack, the current one marked."""
    registry = _registry(data)
    current = registry.current()
    manifests = [(version, registry.manifest(version)) for version in registry.versions()]
    if as_json:
        answer = [
            {"version": version, "title": told.title, "pack": told.version, "published": iso(told.published)}
            for version, told in manifests
        ]
        click.echo(msgspec.json.encode({"current": current, "versions": answer}))
        return
    for version, told in manifests:
        click.echo(
            f"{'*' if version == current else ' '} {version}  {told.version}  {iso(told.published)}  {told.title}"
        )
    if not manifests:
        click.echo(f"no pack is published in {str(registry.folder)!r}")


@command.command("schema")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@_json
def schema(folder: Path, as_json: bool) -> None:
    """Write the JSON schemas of a pack's files into FOLDER, for editors that complete YAML by them."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, told in json_schemas().items():
        paths.append(str(folder / name))
        (folder / name).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    click.echo(msgspec.json.encode({"written": paths}) if as_json else "\n".join(paths))


def _registry(data: Path | None) -> PackRegistry:
    return PackRegistry(DataFolder(loaded_settings(data=data).data).packs)


def _counts(pack: Pack) -> dict[str, int]:
    return {
        "actions": len(pack.actions),
        "slots": len(pack.slots),
        "journeys": len(pack.journeys),
        "states": len(pack.states),
        "caps": len(pack.policy.policy.caps),
        "suppressions": len(pack.policy.suppressions),
    }


def _counted(counted: tuple[str, int]) -> str:
    """``3 actions``, ``1 journey``."""
    what, count = counted
    return f"{count} {what if count != 1 else what.removesuffix('s')}"


def _tell(refused: PackRefused, as_json: bool) -> None:
    """Print what is wrong and end with exit code 1."""
    if as_json:
        click.echo(msgspec.json.encode({"faults": refused.faults}))
    else:
        for fault in refused.faults:
            click.echo(str(fault))
        many = len(refused.faults)
        click.echo(f"refused: {many} {'mistake' if many == 1 else 'mistakes'}", err=True)
    raise SystemExit(REFUSED)
