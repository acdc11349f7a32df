"""The notebooks run on real households from their first cell to the last, and leave the folder as it was."""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from embeddings.registry import Registry
from tests.notebooks.executed import NOTEBOOKS, Executed, cells_of_code, execute
from tests.notebooks.retailer import make_retailer

FIGURES = {
    "01_first_look": 1,
    "02_explore_the_graph": 5,
    "03_train_and_publish": 3,
    "04_new_customers_and_products": 2,
    "05_similar_customers": 4,
}
MOST_SECONDS = 240
"""Of processors, for all of them together. The clock would say how busy the machine is: other tests run beside these,
and they take several times as long by it as alone, where it says less than processors do."""
PROGRESS = re.compile(r".+(: done in [0-9.]+ s|: [0-9,]+( %)?, .+|: [0-9]+ %| …)")

Ran = Callable[[str], Executed]


@pytest.fixture(scope="module")
def retailer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_retailer(tmp_path_factory.mktemp("retailer"))


@pytest.fixture(scope="module")
def ran(retailer: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """What a notebook did, executed the first time it is asked for; its figures are counted, and on stderr is nothing
    but progress."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    @cache
    def ran(name: str) -> Executed:
        environment = {"PATRON_DATA": str(retailer)}
        if name == "02_explore_the_graph":  # which takes the graph that is named before the folder's
            environment = {"PATRON_DATA": str(elsewhere), "PATRON_GRAPH": f"sqlite:///{retailer / 'graph.db'}"}
        done = execute(name, environment)
        assert [line for line in done.told.splitlines() if line and not PROGRESS.fullmatch(line)] == []
        assert done.figures == FIGURES[name]
        registry = Registry(retailer / "embeddings")
        assert (registry.versions(), registry.current()) == (["v0001"], "v0001")
        return done

    return ran


def test_three_looks_change_the_home_page(ran: Ran) -> None:
    said = ran("01_first_look").said
    assert len(re.findall(r"^looked at ", said, re.MULTILINE)) == 3
    assert int(said.splitlines()[-1].split(" of ")[0]) >= 3, said


def test_five_questions_are_answered_by_the_graph_that_is_named(ran: Ran) -> None:
    said = ran("02_explore_the_graph").said
    assert "similarity" in said
    assert "→" in said
    assert re.search(r"^campaign \d+: \d+ of \d+ customers$", said, re.MULTILINE)


def test_what_is_published_answers_in_the_running_server(ran: Ran) -> None:
    said = ran("03_train_and_publish").said
    assert re.search(r"^v0001 answers, for household", said, re.MULTILINE)
    assert re.search(r"^v0002 answers [0-9.]+ s after it was published$", said, re.MULTILINE)
    changed = re.search(r"^(\d+) of 10 places changed", said, re.MULTILINE)
    assert changed is not None
    assert int(changed[1]) >= 1


def test_what_nobody_bought_and_who_was_not_there_are_served(ran: Ran) -> None:
    """With an eighth of the households the vectors are better than counts; with all of them, below, twice as good."""
    said = ran("04_new_customers_and_products").said
    low, _ = interval("vectors less counts, household by household", said)
    assert low > 0
    assert said.count("not in the training less in it") == 2
    assert "after 10, the last of them" in said


def test_why_two_households_are_alike_adds_up(ran: Ran) -> None:
    said = ran("05_similar_customers").said
    off = re.search(r"the vectors that serve: (\S+)", said)
    assert off is not None
    assert float(off[1]) <= 1e-5
    sums = re.search(r"cosine with \S+: ([0-9.]+), the sum of \d+ products: ([0-9.]+)", said)
    assert sums is not None
    assert float(sums[1]) == pytest.approx(float(sums[2]), abs=2e-4)


def test_all_of_them_take_four_minutes_at_most(ran: Ran) -> None:
    seconds = {name: round(ran(name).seconds, 1) for name in FIGURES}
    assert min(seconds.values()) > 1, seconds
    assert sum(seconds.values()) <= MOST_SECONDS, seconds


def test_on_the_whole_retailer_vectors_of_attributes_are_twice_as_good_as_counts() -> None:
    said = kept("04_new_customers_and_products")
    low, _ = interval("vectors less twice the counts", said)
    assert low > 0


@pytest.mark.parametrize("name", FIGURES)
def test_the_outputs_kept_are_small_and_say_nothing_of_the_machine(name: str) -> None:
    text = (NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8")
    assert len(text) < (300_000 if name == "02_explore_the_graph" else 200_000)
    for told in ("/home/", "/root/", "/tmp/", "/work/", "Warning", "Traceback"):
        assert told not in text
    cells = cells_of_code(json.loads(text))
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))


def interval(of: str, said: str) -> tuple[float, float]:
    """The 95 % interval that a line tells of a difference."""
    found = re.search(rf"^{of}: \S+ \[(\S+), (\S+?)\]", said, re.MULTILINE)
    assert found is not None, said
    return float(found[1]), float(found[2])


def kept(name: str) -> str:
    """What the notebook printed when it was executed last on the whole retailer."""
    cells = cells_of_code(json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8")))
    outputs = [output for cell in cells for output in cell["outputs"] if output.get("name") == "stdout"]
    return "".join("".join(output["text"]) for output in outputs)
