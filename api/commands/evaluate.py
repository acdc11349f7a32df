"""patron evaluate: every method on the same split, the whole recommender beside them."""

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import click
import msgspec
import numpy as np

from api.commands.contenders import contenders
from api.commands.leaderboard import Leaderboard
from api.commands.learning_data import LearningData
from api.commands.progress import stage
from api.pages.leaderboard import page_of
from api.settings import Settings, loaded_settings
from embeddings.baselines import BASELINES, GRIDS, JOINED, JOINS, Tuned, tuned, tuned_lineup
from embeddings.errors import NothingToEvaluate
from embeddings.evaluation import Method, Split, Task, evaluate, last_cut, leave_last_out, time_split, validation_split
from embeddings.evaluation.split import TEST_DAYS
from graph import EdgeArrays, Instant, InvalidValue, ProductId
from recommend.placements import Placements

__all__ = ["SPLITS", "command", "evaluated"]

TUNING_SECONDS = 300.0


@dataclass(frozen=True)
class SplitBy:
    """What is held out, and of what remains what settings are chosen on."""

    says: str
    measured: Callable[[EdgeArrays], Split]
    before: Callable[[EdgeArrays, Split], Split]


SPLITS: Mapping[str, SplitBy] = {
    "time": SplitBy(
        f"the last {TEST_DAYS} days",
        lambda edges: time_split(edges, last_cut(edges)),
        lambda edges, split: validation_split(edges, split.cut),
    ),
    "leave-last-out": SplitBy(
        "each customer's last basket", leave_last_out, lambda edges, split: leave_last_out(split.train)
    ),
}


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
@click.option("--page", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Draw the table as HTML.")
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
def command(
    data: Path | None,
    k: int,
    seed: int,
    split: str,
    quick: bool,
    tuning_seconds: float,
    reference: str | None,
    page: Path | None,
    as_json: bool,
) -> None:
    """Hold out the end of the graph, learn from the rest, and rank every product for everyone who bought in it."""
    settings = loaded_settings(data=data)
    board = evaluated(
        settings, k, seed, split=SPLITS[split], quick=quick, tuning_seconds=tuning_seconds, reference=reference
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
    for one in board.differences:
        click.echo(f"{one.ours} − {one.theirs}, {one.task.value}: recall {one.recall}, ndcg {one.ndcg}")


def evaluated(
    settings: Settings,
    k: int = 20,
    seed: int = 0,
    *,
    split: SplitBy = SPLITS["time"],
    quick: bool = False,
    tuning_seconds: float = TUNING_SECONDS,
    reference: str | None = None,
) -> Leaderboard:
    """The baselines, tuned on the window before unless `quick`, and our own models, on one split.

    Nothing held out is looked at: no interaction, no campaign, no product's description or price. InvalidValue where
    the reference is no line of the table.
    """
    clock = Stopwatch()
    known = LearningData.read(settings)
    held = _split(known.edges, split)
    clock("reading the graph")
    chosen: dict[str, Tuned] = {}
    baselines: dict[str, Method] = dict(BASELINES)
    if not quick:
        chosen = _tuned(split.before(known.edges, held), k, tuning_seconds)
        baselines = tuned_lineup(chosen)
        clock("choosing settings")
    products, campaigns = known.described_at(held.cut)
    with tempfile.TemporaryDirectory(prefix="patron-evaluate-") as folder:
        ours = contenders(
            held,
            products,
            campaigns,
            placements=Placements.read(settings.placements_file),
            seed=seed,
            folder=Path(folder),
        )
        clock("training ours")
        methods = {**baselines, **ours}
        if reference is not None and reference not in methods:
            raise InvalidValue("reference", reference, f"one of {', '.join(methods)}")
        with stage("comparing the methods") as advance:
            table = evaluate(
                methods,
                held,
                rng=np.random.default_rng(seed),
                k=k,
                categories={ProductId(product.id): product.category for product in products},
                progress=lambda what, done, total: advance(done, total, what),
            )
        clock("comparing the methods")
    against = {task: reference or table.best(baselines, task) for task in Task}
    return Leaderboard(
        table=table,
        split=split.says,
        begins=Instant(int(known.edges.at.min())),
        ends=Instant(int(known.edges.at.max())),
        customers=len(known.edges.customers),
        products=len(known.edges.targets),
        interactions=len(known.edges),
        reference=against,
        differences=table.differences(against),
        baselines=tuple(baselines),
        fixed={name: repr(method) for name, method in BASELINES.items()} if quick else {},
        tuned=chosen,
        seconds=clock.seconds,
    )


def _split(edges: EdgeArrays, by: SplitBy) -> Split:
    """What is held out and the rest; NothingToEvaluate before anything is trained in vain."""
    try:
        split = by.measured(edges)
        split.matrix()
        for task in Task:
            split.held_out(task)
    except NothingToEvaluate as error:
        raise NothingToEvaluate(
            f"too small to evaluate: {error}; expected purchases in {by.says}, some of them of products new to the "
            "customer, and interactions before"
        ) from None
    return split


def _tuned(split: Split, k: int, seconds: float) -> dict[str, Tuned]:
    try:
        with stage("choosing the baselines' settings") as advance:
            return tuned(
                GRIDS,
                JOINED,
                JOINS,
                split,
                k=k,
                seconds=seconds,
                progress=lambda what, done, total: advance(done, total, what),
            )
    except NothingToEvaluate as error:
        raise NothingToEvaluate(f"too small to choose settings: {error}; --quick takes fixed ones") from None


class Stopwatch:
    """How long each part of the work took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._begun = time.perf_counter()

    def __call__(self, done: str) -> None:
        now = time.perf_counter()
        self.seconds[done] = now - self._begun
        self._begun = now
