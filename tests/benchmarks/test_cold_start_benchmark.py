"""The cold-start benchmark prints one JSON object about any graph it is given."""

import json
from pathlib import Path

import pytest

from benchmarks.cold_start import COUNTS, main
from graph import (
    DAY,
    Instant,
    Interaction,
    InteractionKind,
    NodeKind,
    NodeRef,
    Product,
    ProductId,
    known,
    line_key,
)
from graph.data_folder import DataFolder
from graph.stores import open_graph


def bought(customer: int, product: int, day: int) -> Interaction:
    return Interaction(
        key=line_key("till", f"{customer}-{day}", str(product)),
        customer=known(str(customer)),
        kind=InteractionKind.PURCHASED,
        target=NodeRef(NodeKind.PRODUCT, f"p{product:02}"),
        at=Instant(day * DAY),
        order=f"{customer}-{day}",
    )


def test_it_prints_what_is_lost_on_strangers_and_new_products(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = open_graph(f"sqlite:///{DataFolder(tmp_path).graph}")
    graph.upsert_products(Product(id=ProductId(f"p{n:02}"), department="D", category=f"C{n // 10}") for n in range(20))
    graph.record_interactions(
        bought(customer, 10 * (customer % 2) + product, day)
        for customer in range(20)
        for product in range(10)
        for day in (10, 80)
        if day == 80 or product != customer // 2  # there is one of ten that each has yet to find
    )
    graph.close()
    main(
        [
            "--data",
            str(tmp_path),
            "--json",
            str(tmp_path / "cold.json"),
            "--share",
            "0.5",
            "--least",
            "5",
            "--draws",
            "2",
        ]
    )
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((tmp_path / "cold.json").read_text(encoding="utf-8"))
    draws = printed["products"]["draws"]
    assert [(draw["seed"], draw["held_out"], draw["customers"]) for draw in draws] == [(0, 10, 20), (1, 10, 20)]
    assert printed["products"]["ndcg"]["mean"] == pytest.approx(printed["products"]["counts"]["category"]["mean"])
    assert set(printed["products"]["counts"]) == set(COUNTS)
    customers = printed["customers"]
    assert {name: of["customers"] for name, of in customers.items()} == {
        f"{name}, {task}": 20 for name in ("vectors", "recommender") for task in ("all", "new")
    }
    for task in ("all", "new"):
        assert customers[f"vectors, {task}"]["held_out"] == pytest.approx(1.0)
        assert 0 < customers[f"recommender, {task}"]["held_out"] <= 1
    assert printed["customer_vector_microseconds"] == {}  # nobody has done 50 things
