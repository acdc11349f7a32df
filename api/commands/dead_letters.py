"""patron dead-letters: what was refused and why; list it, show one, read it again, drop it."""

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click
import msgspec
from msgspec.structs import replace

from api.engine import Engine
from api.http.intake_answers import letter_answer
from api.learning.existing_folder import existing_folder
from api.opening import open_engine
from api.progress import stage
from api.replaying import Replayed, replay, replay_letters
from api.settings import Settings, loaded_settings
from graph import DataFolderLocked, InvalidValue, iso, parse_instant
from graph.data_folder import DataFolder
from graph.events.refusal import MAX_RAW
from graph.log.aside_file import AsideFile
from graph.log.dead_letters import DeadLetter, DeadLetters, RowRefusal, Selection

__all__ = ["command"]

_data = click.option("--data", type=click.Path(path_type=Path), help="The data folder.")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_source = click.option("--source", default="", help="Only what came from this source: segment, cloudevents, …")
_since = click.option("--since", default="", help="Only what was received since, such as 2026-05-01T00:00:00Z.")


@click.group("dead-letters")
def command() -> None:
    """Refused messages, with the reason, until they are read again, dropped, or too old."""


@command.command("list")
@_data
@_source
@_since
@click.option("--limit", default=20, type=click.IntRange(1, 100_000), help="How many, the newest first.")
@_json
def list_letters(data: Path | None, source: str, since: str, limit: int, as_json: bool) -> None:
    """The newest refused messages and why they were refused."""
    chosen = _chosen(source, since)
    with _letters(loaded_settings(data=data)) as letters:
        found, total = letters.newest(limit, chosen), letters.count(chosen)
    if as_json:
        click.echo(msgspec.json.encode({"total": total, "letters": [letter_answer(one) for one in found]}))
        return
    for letter in found:
        click.echo(f"{letter.number:>8}  {iso(letter.received)}  {letter.source}  {letter.refusal.message}")
    click.echo(f"{len(found):,} of {total:,} refused messages that are kept")


@command.command("show")
@click.argument("number", type=click.IntRange(min=1))
@_data
@_json
def show(number: int, data: Path | None, as_json: bool) -> None:
    """One refused message as it came; alone on standard output, so that it can be mended in a file."""
    with _letters(loaded_settings(data=data)) as letters:
        letter = letters.get(number)
    if as_json:
        click.echo(msgspec.json.encode(letter_answer(letter)))
        return
    click.echo(f"{letter.source}, received {iso(letter.received)}: {letter.refusal.message}", err=True)
    if isinstance(letter.refusal, RowRefusal):
        click.echo(f"it is read again when {letter.refusal.file} is imported again", err=True)
    elif letter.refusal.form is None:
        click.echo(
            f"it cannot be read again: it is longer than {MAX_RAW:,} bytes, or not its sender's to send", err=True
        )
    click.echo(letter.refusal.raw)


@command.command("replay")
@click.argument("number", type=click.IntRange(min=1), required=False)
@_data
@_source
@_since
@click.option("--limit", default=10**9, type=click.IntRange(min=1), help="How many, the oldest first.")
@click.option(
    "--with",
    "mended",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The message NUMBER as it should have been, in a file.",
)
@_json
def replay_again(
    number: int | None, data: Path | None, source: str, since: str, limit: int, mended: Path | None, as_json: bool
) -> None:
    """Read refused messages again, one or all; those that are events now are letters no longer."""
    if mended is not None and number is None:
        raise click.UsageError("--with mends one message: say its NUMBER.")
    settings, chosen = loaded_settings(data=data), _chosen(source, since)
    existing_folder(settings)
    try:
        with DataFolder(settings.data).exclusive():
            text = None if mended is None else mended.read_bytes()
            done = asyncio.run(_replayed(settings, number, text, chosen, limit))
    except DataFolderLocked as error:
        raise DataFolderLocked(f"{error}; a server does it itself when asked: POST /v1/dead-letters/replay") from None
    if as_json:
        click.echo(msgspec.json.encode(done))
    else:
        click.echo(
            f"{done.letters:,} read again: {done.replayed:,} are events now ({done.accepted:,} new, "
            f"{done.duplicates:,} known already), {done.refused:,} are still refused, {done.unreadable:,} unreadable "
            "(too long, not their sender's to send, or rows of files, which `patron import` reads again)"
        )


@command.command("drop")
@click.argument("number", type=click.IntRange(min=1), required=False)
@_data
@_source
@_since
@click.option("--all", "everything", is_flag=True, help="All of them.")
@_json
def drop(number: int | None, data: Path | None, source: str, since: str, everything: bool, as_json: bool) -> None:
    """Forget refused messages: one, those chosen, or all."""
    if number is None and not (source or since or everything):
        raise click.UsageError("say which: a NUMBER, --source, --since or --all.")
    chosen = _chosen(source, since)
    with _letters(loaded_settings(data=data)) as letters:
        if number is not None:
            letters.drop([letters.get(number).number])
            dropped = 1
        else:
            dropped = letters.count(chosen)
            letters.drop_all(chosen)
    click.echo(msgspec.json.encode({"dropped": dropped}) if as_json else f"{dropped:,} refused messages dropped")


async def _replayed(
    settings: Settings, number: int | None, mended: bytes | None, chosen: Selection, limit: int
) -> Replayed:
    engine = open_engine(settings)
    try:
        if number is not None:
            return await replay_letters(engine, [_mended(engine, number, mended)])
        done, total = Replayed(), min(limit, engine.dead_letters.count(chosen))
        with stage("reading refused messages again") as advance:
            async for done in replay(engine, chosen, limit):
                advance(done.letters, total)
        return done
    finally:
        engine.close()


def _mended(engine: Engine, number: int, text: bytes | None) -> DeadLetter:
    letter = engine.dead_letters.get(number)
    if isinstance(letter.refusal, RowRefusal):
        row = letter.refusal
        raise InvalidValue("NUMBER", number, f"a message: {row.file} row {row.row} is read again by `patron import`")
    if text is None:
        return letter
    try:
        raw = text.decode()
    except UnicodeDecodeError as error:
        raise InvalidValue("--with", text[:40], f"a message in UTF-8 ({error.reason})") from None
    return letter._replace(refusal=replace(letter.refusal, raw=raw))


@contextmanager
def _letters(settings: Settings) -> Iterator[DeadLetters]:
    """The letters of a data folder, wherever its log lies, also while a server runs on it."""
    with closing(AsideFile(existing_folder(settings).log)) as file:
        yield DeadLetters(file)


def _chosen(source: str, since: str) -> Selection:
    return Selection(source, parse_instant(since, "--since")[0]) if since else Selection(source)
