"""A table whose figures are obvious: a ranker that knows the future, one that knows nothing, one that is wrong."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings.baselines import BASELINES, BuyAgain, MostPopular
from embeddings.evaluation import EvaluationTable, evaluate
from embeddings.evaluation.ranker import Fitted, Method
from embeddings.evaluation.split import Split, Task, time_split
from graph import DAY, CustomerId, EdgeArrays, Instant, InteractionKind, InvalidValue, NotFound, ProductId

KINDS = list(InteractionKind)
CUT = Instant(100 * DAY)
NUM_CUSTOMERS, NUM_PRODUCTS = 12, 6


def shop() -> Split:
    """Customer c bought product c % 6 on days 90 and 110, and product (c + 1) % 6, new to them, on day 111."""
    customers = np.tile(np.arange(NUM_CUSTOMERS, dtype=np.int32), 3)
    products = (customers + np.repeat([0, 0, 1], NUM_CUSTOMERS)) % NUM_PRODUCTS
    day = np.repeat([90, 110, 111], NUM_CUSTOMERS).astype(np.int32)
    edges = EdgeArrays(
        customers=[CustomerId(f"user:{row:02}") for row in range(NUM_CUSTOMERS)],
        targets=[f"p{column}" for column in range(NUM_PRODUCTS)],
        customer=customers,
        target=products.astype(np.int32),
        kind=np.full(len(day), KINDS.index(InteractionKind.PURCHASED), dtype=np.int8),
        at=day.astype(np.int64) * DAY,
        day=day,
        quantity=np.ones(len(day)),
        value=np.zeros(len(day), dtype=np.int64),
        order=np.arange(len(day), dtype=np.int32),
    )
    return time_split(edges, CUT)


@dataclass(frozen=True)
class Listed:
    """Answers the same list to everybody, over products of its own order."""

    products: tuple[ProductId, ...]
    answer: tuple[int, ...]

    def rank(self, customers: Sequence[CustomerId], k: int, mask_history: bool) -> NDArray[np.int32]:
        return np.tile(np.array(self.answer, dtype=np.int32), (len(customers), 1))


class Prophet:
    """Knows what everybody will buy, and has one product that nobody ever bought."""

    @property
    def products(self) -> Sequence[ProductId]:
        return [ProductId(name) for name in ("unsold", "p5", "p4", "p3", "p2", "p1", "p0")]

    def rank(self, customers: Sequence[CustomerId], k: int, mask_history: bool) -> NDArray[np.int32]:
        lists = np.full((len(customers), k), -1, dtype=np.int32)
        for row, customer in enumerate(customers):
            own = int(customer[-2:]) % NUM_PRODUCTS
            wanted = [(own + 1) % NUM_PRODUCTS] if mask_history else [own, (own + 1) % NUM_PRODUCTS]
            lists[row, : len(wanted)] = [NUM_PRODUCTS - column for column in wanted]
        return lists


def listed(*answer: int) -> Method:
    return Fitted(Listed((ProductId("p0"), ProductId("unsold")), answer))


def table(methods: dict[str, Method], k: int = 2) -> EvaluationTable:
    categories = {ProductId(f"p{column}"): "even" if column % 2 == 0 else "odd" for column in range(NUM_PRODUCTS)}
    rng = np.random.default_rng(0)
    return evaluate(methods, shop(), rng=rng, k=k, categories=categories, clock=iter(range(1000)).__next__)


def test_a_ranker_that_knows_the_future_is_perfect_on_both_tasks() -> None:
    answer = table({"prophet": Fitted(Prophet())})
    for task in Task:
        assert answer.row("prophet", task).recall == (1.0, 1.0, 1.0)
        assert answer.row("prophet", task).ndcg == (1.0, 1.0, 1.0)
    assert answer.row("prophet", Task.ALL).coverage == pytest.approx(6 / 7)
    assert answer.row("prophet", Task.ALL).novelty == pytest.approx(np.log2(6))


def test_buying_again_finds_half_of_all_and_nothing_new() -> None:
    answer = table({"buy again": BuyAgain()})
    assert answer.row("buy again", Task.ALL).recall.mean == 0.5
    assert answer.row("buy again", Task.NEW).recall.mean == 0.0


def test_a_product_that_is_not_in_the_data_is_a_miss() -> None:
    row = table({"listed": listed(1, 0)}).row("listed", Task.ALL)
    assert row.recall.mean == pytest.approx(4 / 12 / 2)  # customers 0, 6 and 5, 11 want p0 among two
    assert row.coverage == 1.0


def test_the_seconds_are_those_of_the_clock() -> None:
    row = table({"popular": MostPopular()}).row("popular", Task.NEW)
    assert (row.fit_seconds, row.rank_seconds) == (1, 1)


def test_pairs_and_customers_are_those_of_the_task() -> None:
    answer = table({"popular": MostPopular()})
    assert answer.train_pairs == 12
    assert [(row.task, row.pairs, len(row.recalls)) for row in answer.rows] == [(Task.ALL, 24, 12), (Task.NEW, 12, 12)]


def test_a_difference_is_paired_by_customer() -> None:
    answer = table({"prophet": Fitted(Prophet()), "buy again": BuyAgain()})
    found = answer.difference("prophet", "buy again", Task.ALL)
    assert found.recall == (0.5, 0.5, 0.5)
    assert found.ndcg.low > 0
    assert answer.difference("buy again", "prophet", Task.ALL).recall == (-0.5, -0.5, -0.5)


def test_every_other_row_is_held_against_the_reference_of_its_task() -> None:
    answer = table({"prophet": Fitted(Prophet()), "buy again": BuyAgain(), "popular": MostPopular()})
    found = answer.differences({Task.ALL: "buy again", Task.NEW: "popular"})
    assert [(one.ours, one.theirs, one.task) for one in found] == [
        ("prophet", "buy again", Task.ALL),
        ("prophet", "popular", Task.NEW),
        ("buy again", "popular", Task.NEW),
        ("popular", "buy again", Task.ALL),
    ]


def test_the_best_is_that_of_the_task() -> None:
    answer = table({"buy again": BuyAgain(), "popular": MostPopular(), "prophet": Fitted(Prophet())})
    assert answer.best(["buy again", "popular"], Task.ALL) == "buy again"
    assert answer.best(["buy again", "popular"], Task.NEW) == "popular"
    assert answer.best(answer.methods, Task.NEW) == "prophet"
    with pytest.raises(NotFound, match="no evaluated method with id 'one of nobody on all'"):
        answer.best(["nobody"], Task.ALL)


def test_an_interval_does_not_depend_on_what_else_is_in_the_table() -> None:
    alone = table({"popular": MostPopular()})
    beside = table({"buy again": BuyAgain(), "popular": MostPopular()})
    assert [alone.row("popular", task).ndcg for task in Task] == [beside.row("popular", task).ndcg for task in Task]


def test_what_lists_show_is_measured_beside_what_was_wanted() -> None:
    """The prophet lists (c, c + 1): one even, one odd; every product has two buyers, so their mean place is 3.5."""
    row = table({"prophet": Fitted(Prophet())}).row("prophet", Task.ALL)
    assert (row.diversity, row.rank, row.wanted_rank) == (1.0, 3.5, 3.5)
    assert row.gini == pytest.approx(1 / 7)
    assert {part.label: part.customers for part in row.slices} == {
        "0–1 days": 12,
        "0–30 days": 12,
        "0–2 buyers": 12,
    }


def test_without_categories_or_lists_there_is_no_figure() -> None:
    row = table({"listed": listed(-1, -1)}).row("listed", Task.ALL)
    assert np.isnan([row.rank, row.diversity]).all()
    assert (row.as_json()["popularity_rank"], row.as_json()["diversity"]) == (None, None)


def test_the_table_is_json_and_lines() -> None:
    answer = table({"popular": MostPopular()})
    held = json.loads(json.dumps(answer.as_json()))
    assert (held["cut"], held["k"]) == ("1970-04-11T00:00:00Z", 2)
    assert set(held["rows"][0]["recall"]) == {"mean", "low", "high"}
    lines = answer.lines()
    assert lines[0][:4] == ("method", "task", "recall@2", "ndcg@2")
    assert {len(line) for line in lines} == {len(lines[0])}
    assert [line[:2] for line in lines[1:]] == [("popular", "all"), ("popular", "new")]


def test_progress_counts_every_step() -> None:
    seen: list[tuple[str, int, int]] = []

    def progress(what: str, done: int, of: int) -> None:
        seen.append((what, done, of))

    evaluate({"popular": MostPopular()}, shop(), rng=np.random.default_rng(0), progress=progress)
    assert seen == [
        ("fitting popular", 0, 3),
        ("ranking popular, all", 1, 3),
        ("ranking popular, new", 2, 3),
        ("done", 3, 3),
    ]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((0,), r"lists of listed: got 'int32 \(12, 1\)', expected integers of shape \(12, 2\)"),
        ((0, 2), "lists of listed: got 2, expected positions from -1 to 1"),
        ((-2, 0), "lists of listed: got -2, expected positions from -1 to 1"),
        ((0, 0), "expected every product once"),
    ],
)
def test_a_wrong_answer_is_refused(answer: tuple[int, ...], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        table({"listed": listed(*answer)})


def test_a_method_that_was_not_evaluated_is_not_found() -> None:
    with pytest.raises(NotFound, match="no evaluated method with id 'nobody on all'"):
        table({"popular": MostPopular()}).row("nobody", Task.ALL)


def test_every_baseline_fills_its_rows() -> None:
    answer = table(dict(BASELINES))
    assert len(answer.rows) == 2 * len(BASELINES)
    assert all(0 <= row.ndcg.low <= row.ndcg.mean <= row.ndcg.high <= 1 for row in answer.rows)
