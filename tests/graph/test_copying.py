"""Copying a graph from one SQLite store into another: all of it, whenever it is stopped, and never over another one."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import (
    Campaign,
    Change,
    Coupon,
    Customer,
    CustomerGraph,
    CustomerId,
    Erasure,
    InvalidValue,
    Position,
    Product,
    ProductId,
)
from graph.copying import Copied, copy_graph
from graph.errors import CopyDiffers
from graph.stores.open import open_graph
from tests.graph.stores.changes import CHANGES, bought

ANN, BOB = CustomerId("user:ann"), CustomerId("user:bob")


def opened(folder: Path, name: str) -> CustomerGraph:
    return open_graph(f"sqlite:///{folder / name}.db")


@pytest.fixture
def source(tmp_path: Path) -> Iterator[CustomerGraph]:
    """150 purchases of ten customers, a product nobody bought, a bare one, and a campaign with a coupon."""
    graph = opened(tmp_path, "source")
    graph.apply(
        [
            *(bought(f"s/{n}/1", CustomerId(f"user:{n % 10}"), f"p{n % 30}", at=n, value=n) for n in range(150)),
            Product(id=ProductId("p1"), name="Milk", department="DAIRY"),
            Product(id=ProductId("unsold"), name="Dust"),
            Product(id=ProductId("bare")),
            Customer(id=ANN, traits={"age": 40}),
            Campaign(id="c1", coupons=(Coupon(id="c1/x", products=(ProductId("p1"), ProductId("p2"))),)),
        ],
        Position("150"),
    )
    yield graph
    graph.close()


@pytest.fixture
def target(tmp_path: Path) -> Iterator[CustomerGraph]:
    graph = opened(tmp_path, "target")
    yield graph
    graph.close()


class Stopped(Exception):
    """Raised where a copy is to stop."""


def copied_until(source: CustomerGraph, target: CustomerGraph, records: int) -> None:
    """Copy in batches of ten, and stop before the batch after the first `records`."""

    def stop(what: str, done: int, total: int) -> None:
        if what == "copying" and done >= records:
            raise Stopped

    with pytest.raises(Stopped):
        copy_graph(source, target, batch=10, progress=stop)
    assert target.position().startswith("copy:")


def assert_same(source: CustomerGraph, target: CustomerGraph) -> None:
    assert list(target.export()) == list(source.export())
    assert (target.counts(), target.position()) == (source.counts(), source.position())


@settings(max_examples=40, deadline=None)
@given(st.lists(CHANGES, max_size=30), st.integers(1, 12))
def test_any_graph_comes_out_as_it_went_in(changes: list[Change], batch: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source, target = opened(Path(folder), "a"), opened(Path(folder), "b")
        source.apply(changes, Position("7"))
        copied = copy_graph(source, target, batch=batch, verify=True)
        assert_same(source, target)
        assert copied.records == copied.written == len(list(source.export()))
        source.close()
        target.close()


def test_it_says_how_far_it_is_and_what_it_did(source: CustomerGraph, target: CustomerGraph) -> None:
    heard: list[tuple[str, int, int]] = []
    copied = copy_graph(source, target, batch=50, verify=True, progress=lambda *told: heard.append(told))
    total = len(list(source.export()))
    assert heard == [*(("copying", done, total) for done in range(0, total, 50)), ("comparing", 0, total)]
    assert copied == Copied(total, total, Position("150"), source.counts())


def test_a_copy_that_stands_is_left_as_it_is(source: CustomerGraph, target: CustomerGraph) -> None:
    copy_graph(source, target)
    assert copy_graph(source, target, verify=True).written == 0
    assert_same(source, target)


def test_a_stopped_copy_goes_on_where_it_was(source: CustomerGraph, target: CustomerGraph) -> None:
    copied_until(source, target, 100)
    copied = copy_graph(source, target, batch=10, verify=True)
    assert (copied.written, copied.records) == (copied.records - 100, len(list(source.export())))
    assert_same(source, target)


@pytest.mark.parametrize("reached", [0, 40, 180])
def test_a_source_that_changed_meanwhile_is_copied_as_it_is_now(
    source: CustomerGraph, target: CustomerGraph, reached: int
) -> None:
    copied_until(source, target, max(reached, 10))
    source.apply(
        [
            Erasure(CustomerId("user:3")),
            bought("s/13/1", CustomerId("user:3"), "p9"),
            Product(id=ProductId("p2"), name="Bread"),
            bought("t/1/1", BOB, "new"),
        ],
        Position("154"),
    )
    copy_graph(source, target, verify=True)
    assert_same(source, target)


def test_what_is_removed_of_an_older_copy_is_removed_again_where_that_was_stopped(
    source: CustomerGraph, target: CustomerGraph
) -> None:
    copied_until(source, target, 180)
    source.apply([Erasure(CustomerId("user:3"))], Position("151"))

    def stop(what: str, done: int, total: int) -> None:
        assert what == "removing an older copy"
        raise Stopped

    with pytest.raises(Stopped):
        copy_graph(source, target, progress=stop)
    copy_graph(source, target, verify=True)
    assert_same(source, target)


def test_a_target_with_a_graph_of_its_own_is_refused_and_kept(source: CustomerGraph, target: CustomerGraph) -> None:
    for position in ("", "9", "150"):
        target.apply([bought("other/1", BOB, "p1")], Position(position))
        held = list(target.export())
        with pytest.raises(InvalidValue, match=r"to: got 'a graph with 1 customers.*expected an empty store"):
            copy_graph(source, target)
        assert (list(target.export()), target.position()) == (held, position)


def test_an_unfinished_copy_is_no_source(source: CustomerGraph, target: CustomerGraph, tmp_path: Path) -> None:
    copied_until(source, target, 50)
    third = opened(tmp_path, "third")
    with pytest.raises(InvalidValue, match="from: got 'an unfinished copy'"):
        copy_graph(target, third)
    third.close()


def test_a_copy_with_too_much_in_it_is_told_and_never_taken_for_a_graph(
    source: CustomerGraph, target: CustomerGraph
) -> None:
    copied_until(source, target, 50)
    target.apply([Product(id=ProductId("stranger"), name="?")])
    with pytest.raises(CopyDiffers, match="the copy has"):
        copy_graph(source, target)
    assert target.position() == "copy:"


def test_verifying_tells_which_record_differs(source: CustomerGraph, target: CustomerGraph) -> None:
    copied_until(source, target, 180)
    target.apply([Product(id=ProductId("p1"), name="Oat milk")])
    copied_until(source, target, 180)  # the counts are right
    with pytest.raises(CopyDiffers, match=r"record \d+ .*Oat milk.*source.*Milk"):
        copy_graph(source, target, verify=True)
    copy_graph(source, target, verify=True)
    assert_same(source, target)


_KILLED_COPIES = """
import random, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from graph.copying import copy_graph
from graph.stores.open import open_graph
from tests.graph.killed import killed_at_random

folder = Path(sys.argv[1])

def work(number, report):
    source, target = open_graph(f"sqlite:///{folder / 'source.db'}"), open_graph(f"sqlite:///{folder / 'target.db'}")
    copy_graph(source, target, batch=1, progress=lambda what, done, total: report.write(f"{what} {done}\\n"))
    report.write("done\\n")

print(*killed_at_random(work, rounds=8, longest=0.1, rng=random.Random(3)), sep="\\n")
"""


def test_killed_at_any_moment_the_same_call_finishes_it(
    source: CustomerGraph, target: CustomerGraph, tmp_path: Path
) -> None:
    source.apply(bought(f"many/{n}", CustomerId(f"user:{n % 10}"), f"p{n % 30}", at=n) for n in range(20_000))
    called = [sys.executable, "-c", _KILLED_COPIES, str(tmp_path), str(Path(__file__).parents[2])]
    ended = subprocess.run(called, capture_output=True, text=True, timeout=60)
    reached = [int(line.split()[1]) for line in ended.stdout.splitlines() if line.startswith("copying")]
    assert reached == sorted(reached) and reached[-1] > 8, ended.stderr
    assert "done" not in ended.stdout, "every round was killed on its way"
    assert copy_graph(source, target, verify=True).written < 20_000 + 184
    assert_same(source, target)
