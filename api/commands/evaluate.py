"""patron evaluate: every method on the same split, the whole recommender beside them."""

from pathlib import Path

import click
import msgspec

from api.learning.evaluating import SPLITS
from api.pages.leaderboard import page_of
from api.settings import loaded_settings
from api.workbench import TUNING_SECONDS, SplitName, Workbench

__all__ = ["command"]


def _in_a_folder(context: click.Context, option: click.Parameter, page: Path | None) -> Path | None:
    """The page's path, refused now, not after minutes, where its folder is not there."""
    if page is not None and not page.parent.is_dir():
        raise click.BadParameter(f"{str(page.parent)!r} is no folder", context, option)
    return page


@click.command("evaluate")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder.")
@click.option("--k", type=click.IntRange(1, 200), default=20, show_default=True, help="The length of the lists.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of training and the bootstrap.")
@click.option("--split", type=click.Choice(list(SPLITS)), default="time", show_default=True, help="What is held out.")
@click.option("--quick", is_flag=True, help="Baselines with fixed settings instead of chosen ones.")
@click.option(
    "--tuning-seconds",
    type=click.FloatRange(min=0),
    default=TUNING_SECONDS,
    show_default=True,
    help="After these the choice of settings is cut short.",
)
@click.option("--reference", help="The method all others are held against; else the best baseline on each task.")
@click.option(
    "--page",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    callback=_in_a_folder,
    help="Draw the table as HTML.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
def command(
    data: Path | None,
    k: int,
    seed: int,
    split: SplitName,
    quick: bool,
    tuning_seconds: float,
    reference: str | None,
    page: Path | None,
    as_json: bool,
) -> None:
    """Hold out the end of the graph, learn from the rest, and rank every product for everyone who bought in it."""
    board = Workbench(loaded_settings(data=data)).evaluate(
        k=k, seed=seed, split=split, quick=quick, tuning_seconds=tuning_seconds, reference=reference
    )
    if page is not None:
        page.write_text(page_of(board), encoding="utf-8")
        click.echo(f"{page} shows the table", err=True)
    if as_json:
        click.echo(msgspec.json.encode(board.as_json()))
        return
    lines = board.table.lines()
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        click.echo("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
    for one in (*board.differences, *board.ablations):
        click.echo(f"{one.ours} − {one.theirs}, {one.task.value}: recall {one.recall}, ndcg {one.ndcg}")
