"""The evaluation benchmark prints one JSON object about any graph it is given."""

import json
from pathlib import Path

import pytest

from api.learning.ablations import ABLATIONS
from benchmarks.evaluate import main
from embeddings.baselines import BASELINES
from graph import DAY, Instant, Interaction, InteractionKind, NodeKind, NodeRef, PatronError, known, line_key
from graph.data_folder import DataFolder
from graph.stores import open_graph


def bought(customer: int, product: int, day: int) -> Interaction:
    return Interaction(
        key=line_key("till", f"{customer}-{day}", str(product)),
        customer=known(str(customer)),
        kind=InteractionKind.PURCHASED,
        target=NodeRef(NodeKind.PRODUCT, f"p{product}"),
        at=Instant(day * DAY),
        order=f"{customer}-{day}",
    )


def test_it_prints_every_method_on_both_tasks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graph = open_graph(f"sqlite:///{DataFolder(tmp_path).graph}")
    graph.record_interactions(bought(customer, product, 10) for customer in range(6) for product in range(4))
    graph.record_interactions(bought(customer, 4 + customer % 2, 80) for customer in range(6))
    graph.close()
    written = tmp_path / "table.json"
    main(["--data", str(tmp_path), "--json", str(written), "--k", "3", "--quick", "--split", "leave-last-out"])
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads(written.read_text(encoding="utf-8"))
    assert printed["split"] == "each customer's last basket"
    ours = [
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
    methods = [*BASELINES, *ours]
    assert [row["method"] for row in printed["rows"]] == [name for name in methods for _ in range(2)]
    assert printed["train_pairs"] == 24
    assert len(printed["paired_differences"]) == 4
    assert [(one["method"], one["reference"]) for one in printed["ablations"]] == [*ABLATIONS, *ABLATIONS]


def test_a_graph_without_interactions_is_refused_in_words(tmp_path: Path) -> None:
    DataFolder(tmp_path)
    with pytest.raises(PatronError, match="no interactions to learn from"):
        main(["--data", str(tmp_path)])
