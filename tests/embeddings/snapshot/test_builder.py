"""Building a version folder, opening it, and what is refused."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings.adjacency import basket_lines
from embeddings.artifacts import open_snapshot
from embeddings.artifacts.self_check import self_check
from embeddings.errors import SnapshotBroken
from embeddings.intent import Intent, Session
from embeddings.intent.counting import bonds_of, meant_of
from embeddings.intent.intent import NUM_TERMS
from embeddings.intent.past_sessions import past_sessions
from embeddings.ranking import Network, Ranking, Tastes, product_facts
from embeddings.ranking.ranking import NUM_AGAIN, NUM_NEXT
from embeddings.registry import Registry
from embeddings.snapshot.builder import build_snapshot
from embeddings.snapshot.serving_snapshot import Adjacency
from embeddings.vectors.attribute_vectors import AttributeVectors
from embeddings.vectors.group_vectors import GroupVectors
from graph import Instant, InvalidValue, ProductId
from tests.embeddings.greengrocer import AS_OF, greengrocer, purchases_of


def test_a_set_comes_back_from_its_folder_as_it_was(tmp_path: Path) -> None:
    made = greengrocer()
    found = open_snapshot(build_snapshot(made, purchases_of(), tmp_path), verify=True)
    assert (found.set.customers, found.set.products) == (made.customers, made.products)
    for name in ("customer_vectors", "product_vectors", "input_vectors", "input_weights"):
        assert np.array_equal(getattr(found.set, name), getattr(made, name))
        assert not getattr(found.set, name).flags.writeable
    kept = msgspec.structs.replace(found.set.manifest, version="", counts={}, checksums={}, index_recall=None)
    assert kept == made.manifest
    assert found.set.manifest.index_recall == 1.0
    assert found.set.manifest.counts["purchases"] == 12
    assert found.version == "v0001"
    assert found.product_rows[ProductId("käse")] == 3
    assert found.customer_rows[made.customers[4]] == 4


def test_the_neighbour_lists_are_those_of_the_purchases(tmp_path: Path) -> None:
    found = open_snapshot(build_snapshot(greengrocer(), purchases_of(), tmp_path))

    def named(adjacency: Adjacency, row: int, ids: list[str]) -> dict[str, int]:
        columns, counts, _ = adjacency.of(row)
        return {ids[column]: int(count) for column, count in zip(columns, counts, strict=True)}

    products, customers = list(map(str, found.set.products)), list(map(str, found.set.customers))
    assert named(found.bought_together, 0, products) == {"pear": 3}
    assert named(found.purchases, 0, products) == {"apple": 2, "pear": 1}
    assert named(found.buyers, 0, customers) == {"user:ann": 2, "user:bob": 1, "user:cid": 1}
    assert named(found.similar_customers, 0, customers) == {"user:bob": 2, "user:cid": 2}
    assert found.popularity[0] == pytest.approx(2.0)
    assert found.index.search(found.set.customer_vectors[0], 1).rows.tolist() == [0]


def test_what_was_learnt_of_attributes_comes_back_as_it_was(tmp_path: Path) -> None:
    keys = np.array([3, 2**63 + 1], dtype=np.uint64)
    learnt = AttributeVectors(keys, np.eye(2, dtype=np.float32), np.array([3, 4], dtype=np.float32))
    made = replace(greengrocer(), attributes=learnt)
    found = open_snapshot(build_snapshot(made, purchases_of(), tmp_path), verify=True).set.attributes
    assert found is not None
    for name in ("keys", "vectors", "input_scale"):
        assert np.array_equal(getattr(found, name), getattr(learnt, name))
    assert open_snapshot(build_snapshot(greengrocer(), purchases_of(), tmp_path)).set.attributes is None


def test_what_was_learnt_of_groups_comes_back_as_it_was(tmp_path: Path) -> None:
    keys = np.array([3, 2**63 + 1], dtype=np.uint64)
    learnt = GroupVectors(keys, np.eye(2, dtype=np.float32), np.array([3, 4], dtype=np.float32))
    made = replace(greengrocer(), groups=learnt)
    found = open_snapshot(build_snapshot(made, purchases_of(), tmp_path), verify=True).set.groups
    assert found is not None
    for name in ("keys", "vectors", "everyone"):
        assert np.array_equal(getattr(found, name), getattr(learnt, name))
    assert open_snapshot(build_snapshot(greengrocer(), purchases_of(), tmp_path)).set.groups is None


def test_a_ranking_comes_back_as_it_was_and_must_be_of_the_same_products(tmp_path: Path) -> None:
    made, rng = greengrocer(), np.random.default_rng(0)

    def drawn(shape: tuple[int, ...]) -> NDArray[np.float32]:
        return rng.normal(size=shape).astype(np.float32)

    def network(num_inputs: int) -> Network:
        return Network(drawn((num_inputs + 1, 3)), drawn((4, 3)), drawn((4,)))

    facts = product_facts(purchases_of(), made.products, [], Instant(AS_OF))
    place = np.array([0, 1, 2, 2, 2, 2], dtype=np.int32)
    known = Tastes(place, drawn((2, 3, 4)), drawn((2, 3)), drawn((2, 4)), drawn((2,)))
    ranking = Ranking(facts, known, network(NUM_AGAIN), network(NUM_NEXT))
    found = open_snapshot(build_snapshot(made, purchases_of(), tmp_path, ranking=ranking), verify=True).ranking
    assert found is not None and np.array_equal(found.facts.groups, facts.groups)
    assert np.array_equal(found.tastes.place, known.place)
    for (name, ours), (_, theirs) in zip(ranking.arrays(), found.arrays(), strict=True):
        assert np.array_equal(ours, theirs), name
    assert open_snapshot(build_snapshot(made, purchases_of(), tmp_path)).ranking is None
    bonds = bonds_of(basket_lines(purchases_of(), made.customers, made.products), facts.groups)
    weights = np.arange(2 * NUM_TERMS, dtype=np.float32).reshape(2, -1)
    intent = Intent(bonds, past_sessions(purchases_of(), made.products), meant_of(purchases_of()), weights)
    built = build_snapshot(made, purchases_of(), tmp_path, ranking=ranking, intent=intent)
    kept = open_snapshot(built, verify=True).intent
    assert kept is not None and open_snapshot(built.parent / "v0001").intent is None
    for (name, ours), (_, theirs) in zip(intent.arrays(), kept.arrays(), strict=True):
        assert np.array_equal(ours, theirs), name
    session = Session(np.array([0]), np.ones(1, dtype=np.float32))
    assert len(intent.alike(session).products)
    for ours_found, kept_found in zip(intent.alike(session), kept.alike(session), strict=True):
        assert np.array_equal(ours_found, kept_found)
    with pytest.raises(InvalidValue, match="intent"):
        build_snapshot(made, purchases_of(), tmp_path, intent=intent)
    sound, past = open_snapshot(built), kept.neighbours
    for broken, part in (
        (replace(past, containing=past.containing + 1000), "containing"),
        (replace(past, offsets=past.offsets[::-1]), "containing"),
        (replace(past, sessions=replace(past.sessions, products=past.sessions.products - 1)), "products"),
        (replace(past, sessions=replace(past.sessions, offsets=past.sessions.offsets[1:])), "products"),
    ):
        with pytest.raises(SnapshotBroken, match=f"intent.neighbours.{part}"):
            self_check(replace(sound, intent=replace(kept, neighbours=broken)), built)
    fewer = replace(intent, neighbours=past_sessions(purchases_of(), made.products[:-1]))
    with pytest.raises(InvalidValue, match="sessions of 4 products"):
        build_snapshot(made, purchases_of(), tmp_path, ranking=ranking, intent=fewer)
    other = replace(ranking, facts=product_facts(purchases_of(), made.products[:-1], [], Instant(AS_OF)))
    with pytest.raises(InvalidValue, match="facts of 4 products"):
        build_snapshot(made, purchases_of(), tmp_path, ranking=other)


def test_input_vectors_of_their_own_are_kept_apart(tmp_path: Path) -> None:
    same = build_snapshot(greengrocer(), purchases_of(), tmp_path)
    assert not (same / "inputs.npy").exists()
    inputs = np.full((5, 2), 7, dtype=np.float32)
    other = build_snapshot(replace(greengrocer(), input_vectors=inputs), purchases_of(), tmp_path)
    assert np.array_equal(open_snapshot(other).set.input_vectors, inputs)


def test_versions_are_numbered_one_after_the_other_unless_they_name_themselves(tmp_path: Path) -> None:
    names = [build_snapshot(greengrocer(name), purchases_of(), tmp_path).name for name in ("", "", "v0007", "")]
    assert names == ["v0001", "v0002", "v0007", "v0008"]
    with pytest.raises(InvalidValue, match=r"version: got 'v0002', expected one not yet in .*, such as v0009"):
        build_snapshot(greengrocer("v0002"), purchases_of(), tmp_path)
    with pytest.raises(InvalidValue, match=r"version: got '../x'"):
        build_snapshot(greengrocer("../x"), purchases_of(), tmp_path)


def test_progress_names_every_step(tmp_path: Path) -> None:
    steps: list[str] = []
    build_snapshot(greengrocer(), purchases_of(), tmp_path, progress=lambda step, share: steps.append(step))
    assert list(dict.fromkeys(steps)) == ["index", "purchases", "bought together", "similar customers"]


def test_what_does_not_fit_together_is_refused_by_name(tmp_path: Path) -> None:
    made = greengrocer()
    wrong = made.product_vectors.copy()
    wrong[3, 1] = np.nan
    for broken, message in (
        (replace(made, product_vectors=wrong), "product_vectors: got '1 values that are not finite'"),
        (
            replace(made, input_weights=np.ones(4, dtype=np.float32)),
            r"input_weights: got 'float32 \(4,\)', expected float32 \(5,\)",
        ),
        (
            replace(made, attributes=AttributeVectors(np.arange(2, dtype=np.uint64), wrong, wrong[0])),
            r"attributes.vectors: got 'float32 \(5, 2\)', expected float32 \(2, 2\)",
        ),
        (
            replace(made, groups=GroupVectors(np.arange(2, dtype=np.uint64), wrong, wrong[0])),
            r"groups.vectors: got 'float32 \(5, 2\)', expected float32 \(2, 2\)",
        ),
        (replace(made, products=made.products[:4] + made.products[:1]), "products: got '4 distinct ids of 5'"),
    ):
        with pytest.raises(InvalidValue, match=message):
            build_snapshot(broken, purchases_of(), tmp_path)
    assert Registry(tmp_path).versions() == []


def test_a_shop_without_customers_or_purchases_still_has_a_snapshot(tmp_path: Path) -> None:
    nobody = replace(greengrocer(), customers=[], customer_vectors=np.empty((0, 2), dtype=np.float32))
    edges = purchases_of((("ann", "unknown", 1, 0),))
    found = open_snapshot(build_snapshot(nobody, edges, tmp_path))
    assert found.purchases.offsets.tolist() == [0]
    assert found.popularity.tolist() == [0] * 5


KILLED_BEFORE_RENAME = """
import os, signal, sys
from pathlib import Path
from embeddings.snapshot.builder import build_snapshot
from tests.embeddings.greengrocer import AS_OF, greengrocer, purchases_of
Path.rename = lambda self, target: os.kill(os.getpid(), signal.SIGKILL)
build_snapshot(greengrocer(), purchases_of(), Path(sys.argv[1]))
"""


def test_a_build_killed_before_it_is_named_leaves_the_current_one_and_is_swept_up_by_the_next(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    registry.publish(build_snapshot(greengrocer(), purchases_of(), tmp_path).name)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    killed = subprocess.run([sys.executable, "-c", KILLED_BEFORE_RENAME, str(tmp_path)], env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(list(tmp_path.glob(".building-*"))) == 1
    assert (registry.current(), registry.versions()) == ("v0001", ["v0001"])
    assert build_snapshot(greengrocer(), purchases_of(), tmp_path).name == "v0002"
    assert not list(tmp_path.glob(".building-*"))


def test_building_and_serving_load_no_torch(tmp_path: Path) -> None:
    code = (
        "import sys, embeddings.snapshot.builder, embeddings.snapshot.holder\n"
        "assert not {'torch', 'torch_geometric'} & set(sys.modules)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
