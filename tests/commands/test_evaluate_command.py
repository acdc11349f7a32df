from collections.abc import Callable
from html import escape
from pathlib import Path

import pytest

from api.learning.ablations import ABLATIONS
from api.learning.learning_data import LearningData
from api.settings import loaded_settings
from embeddings.baselines import BASELINES, GRIDS, JOINED
from graph import (
    DAY,
    Campaign,
    CustomerId,
    Instant,
    Interaction,
    InteractionKind,
    NodeKind,
    NodeRef,
    Product,
    ProductId,
    Stamp,
)
from graph.stores.open import open_graph
from tests.commands.called import Called

Patron = Callable[..., Called]

OURS = [
    "spectral filter",
    "GNN without training",
    "GNN",
    "recommender",
    "recommender on the spectral filter",
    "recommender without vectors",
    "recommender, random customers",
    "similar customers alone",
    "random customers alone",
]


LINES = [name for grid in GRIDS for name in ((grid, f"{grid} + buy again") if grid in JOINED else (grid,))]


def test_settings_are_chosen_and_every_method_is_held_against_the_best_baseline(
    patron: Patron, data: Path, tmp_path: Path
) -> None:
    page = tmp_path / "leaderboard.html"
    called = patron("evaluate", "--split", "leave-last-out", "--json", "--page", page, "--k", "5", "--data", data)
    board = called.json
    assert [(row["method"], row["task"]) for row in board["rows"]] == [
        (method, task) for method in [*LINES, *OURS] for task in ("all", "new")
    ]
    for row in board["rows"]:
        for metric in (row["recall"], row["ndcg"]):
            assert 0 <= metric["low"] <= metric["mean"] <= metric["high"] <= 1
    assert list(board["settings"]) == LINES
    assert board["split"] == "each customer's last basket"
    for task, reference in board["reference"].items():
        baselines = {row["method"]: row["ndcg"]["mean"] for row in board["rows"] if row["task"] == task}
        assert baselines[reference] == max(baselines[line] for line in LINES)
    assert len(board["differences"]) == len(board["rows"]) - 2
    drawn = page.read_text(encoding="utf-8")
    assert all(escape(name) in drawn for name in [*LINES, *OURS])


def test_in_a_hurry_settings_are_fixed_and_the_reference_may_be_named(patron: Patron, data: Path) -> None:
    called = patron("evaluate", "--quick", "--reference", "GNN", "--k", "5", "--data", data)
    heading, *lines = called.out.splitlines()
    methods = [*BASELINES, *OURS]
    rows, beside = lines[: 2 * len(methods)], lines[2 * len(methods) :]
    differences, ablations = beside[: -2 * len(ABLATIONS)], beside[-2 * len(ABLATIONS) :]
    assert heading.split()[:4] == ["method", "task", "recall@5", "ndcg@5"]
    assert len({line.index(" all " if " all " in line else " new ") for line in rows}) == 1
    assert len(differences) == 2 * (len(methods) - 1)
    assert all(" − GNN, " in line for line in differences)
    assert [line.partition(",")[0] for line in ablations[:2]] == [
        f"{whole} − {other}" for whole, other in ABLATIONS[:2]
    ]


def test_what_cannot_be_done_is_told_before_the_methods_are_compared(patron: Patron, data: Path) -> None:
    called = patron("evaluate", "--data", data)
    assert called.code == 1
    assert called.err.splitlines()[-1].startswith("patron: too small to choose settings: no interaction up to the cut")
    assert called.err.splitlines()[-1].endswith("--quick takes fixed ones")


def test_a_graph_too_small_is_told_before_anything_is_trained(patron: Patron, tmp_path: Path, bookshop: Path) -> None:
    patron("import", "--mapping", bookshop / "mapping.yaml", "--data", tmp_path / "data")
    called = patron("evaluate", "--data", tmp_path / "data")
    assert (called.code, called.out) == (1, "")
    assert "training" not in called.err
    assert called.err.splitlines()[-1].startswith(
        "patron: too small to evaluate: no interaction up to the cut 2025-12-"
    )


@pytest.fixture
def known(data: Path) -> LearningData:
    return LearningData.read(loaded_settings(data=data))


def test_nothing_described_after_the_cut_is_known_at_the_cut(known: LearningData) -> None:
    cut = Instant(1_000)
    before, after = Stamp(Instant(1_000), "shop/1"), Stamp(Instant(1_001), "shop/2")
    data = LearningData(
        edges=known.edges,
        products=[
            Product(id=ProductId("old"), name="Old", category="A", price=100, currency="USD", stamp=before),
            Product(
                id=ProductId("new"), name="New", category="A", price=100, currency="USD", retired=True, stamp=after
            ),
        ],
        campaigns=[
            Campaign(id="running", starts=Instant(900), stamp=before),
            Campaign(id="planned", starts=Instant(1_001), stamp=before),
            Campaign(id="unheard of", starts=Instant(900), stamp=after),
        ],
    )
    products, campaigns = data.described_at(cut)
    assert products == [
        Product(id=ProductId("old"), name="Old", category="A", stamp=before),
        Product(id=ProductId("new")),
    ]
    assert [campaign.id for campaign in campaigns] == ["running"]


def test_views_after_the_newest_purchase_are_no_part_of_what_is_learnt_from(data: Path, known: LearningData) -> None:
    customer, product = CustomerId("anon:late"), ProductId("new-product")
    newest = Instant(int(known.edges.at.max()))
    views = [
        Interaction(
            customer=customer, target=NodeRef(NodeKind.PRODUCT, product), kind=InteractionKind.VIEWED, at=at, key=key
        )
        for at, key in ((Instant(newest - DAY), "page/1"), (Instant(newest + 3000 * DAY), "page/2"))
    ]
    graph = open_graph(f"sqlite:///{data / 'graph.db'}")
    graph.record_interactions(views)
    graph.close()
    later = LearningData.read(loaded_settings(data=data))
    assert later.as_of == known.as_of == newest + 1
    assert len(later.edges) == len(known.edges) + 1
    assert set(later.edges.customers) - set(known.edges.customers) == {customer}
    rows = later.edges.customer == later.edges.customers.index(customer)
    assert [later.edges.targets[target] for target in later.edges.target[rows]] == [product]
