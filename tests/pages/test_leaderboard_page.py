"""The leaderboard's page: one file that needs nothing else, and plots whose places are those of the figures."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from api.learning.leaderboard import Leaderboard
from api.pages.leaderboard import page_of
from api.pages.whiskers import LEFT, PLOT, Dot, number, ticks, whiskers
from embeddings.baselines import BuyAgain, MostPopular, tuned, tuned_lineup
from embeddings.evaluation import Fitted, Interval, Task, evaluate
from embeddings.evaluation.ranker import ScoreMethod
from tests.embeddings.baselines.test_tuning import shop


@pytest.fixture(scope="module")
def board() -> Leaderboard:
    split = shop()
    grids: Mapping[str, Sequence[ScoreMethod]] = {
        "popular <all>": (MostPopular(), MostPopular(last_days=30)),
        "buy again": (BuyAgain(), BuyAgain(30.0)),
    }
    chosen = tuned(grids, [], [], split, k=2)
    methods = {**tuned_lineup(chosen), "ours": Fitted(MostPopular(last_days=30).fit(split.matrix()))}
    table = evaluate(methods, split, rng=np.random.default_rng(0), k=2)
    against = dict.fromkeys(Task, "buy again")
    return Leaderboard(
        table=table,
        split="the last days",
        begins=split.cut,
        ends=split.cut,
        customers=12,
        products=8,
        interactions=50,
        reference=against,
        differences=table.differences(against),
        ablations=[table.difference("ours", "popular <all>", task) for task in Task],
        baselines=tuple(chosen),
        fixed={},
        tuned=chosen,
        seconds={"comparing the methods": 1.25},
    )


def test_the_page_needs_nothing_from_elsewhere(board: Leaderboard) -> None:
    page = page_of(board)
    assert not re.search(r"<script|<link|<img|@import|url\(|https?://", page)


def test_every_figure_of_the_table_is_on_the_page(board: Leaderboard) -> None:
    page = page_of(board)
    for row in board.table.rows:
        for interval in (row.recall, row.ndcg):
            assert number(interval.mean) in page
            assert f"[{number(interval.low)}, {number(interval.high)}]" in page
        for part in row.slices:
            assert part.label in page
    for line in board.tuned.values():
        for trial in line.trials[Task.ALL]:
            assert repr(trial.method) in page


def test_what_a_part_adds_is_drawn_and_stands_in_the_json(board: Leaderboard) -> None:
    part = page_of(board).partition("What the parts add")[2].partition("<h2>")[0]
    assert len(board.as_json()["ablations"]) == len(board.ablations) == 2
    for one in board.ablations:
        assert "ours − popular &lt;all&gt;" in part
        assert number(one.recall.mean) in part
        assert part.count(number(one.ndcg.mean)) >= 2


def test_names_are_text_and_never_markup(board: Leaderboard) -> None:
    page = page_of(board)
    assert "popular &lt;all&gt;" in page
    assert "<all>" not in page


def test_fixed_settings_are_named_as_such(board: Leaderboard) -> None:
    quick = Leaderboard(**{**vars(board), "tuned": {}, "fixed": {"buy again": "BuyAgain()"}})
    assert "Fixed, none were chosen" in page_of(quick)
    assert quick.as_json()["settings"] == {"buy again": "BuyAgain()"}


def test_a_dot_is_between_the_ends_of_its_whisker_at_its_share_of_the_axis() -> None:
    drawn = whiskers([Dot("one", Interval(0.3, 0.2, 0.4), "ours"), Dot("two", Interval(-0.1, -0.1, 0.0), "")], "both")
    assert re.findall(r'cx="([\d.]+)"', drawn) == [str(LEFT + 0.8 * PLOT), str(float(LEFT))]
    ends = re.search(r'class="whisker" x1="([\d.]+)" x2="([\d.]+)"', drawn)
    assert ends is not None
    assert [float(end) for end in ends.groups()] == pytest.approx([LEFT + 0.6 * PLOT, LEFT + PLOT], abs=0.1)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 0.4, [0.0, 0.1, 0.2, 0.3, 0.4]),
        (-0.11, 0.02, [-0.1, -0.05, 0.0]),
        (0.0, 0.0, [0.0]),
        (0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
    ],
)
def test_ticks_are_round_numbers(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == expected


@pytest.mark.parametrize(("value", "text"), [(0.12345, ".1235"), (-0.5, "-.5000"), (1.0, "1.0000"), (-0.0, ".0000")])
def test_a_measure_reads_as_in_tables(value: float, text: str) -> None:
    assert number(value) == text
