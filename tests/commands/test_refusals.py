"""Who refuses personalization leaves the training as one the graph never knew: no edge of theirs changes a score."""

from pathlib import Path

import numpy as np
import pytest

from api.learning.learning_data import LearningData
from api.learning.refusals import refusing
from api.settings import loaded_settings
from embeddings.gnn import GnnConfig
from embeddings.training import train
from graph import START, CustomerId, Profile
from graph.data_folder import DataFolder
from graph.identity.consent import DEFAULTS, ConsentDefaults
from graph.nodes import Stamp
from graph.profile.profile import Dated
from graph.profile.store import SqliteProfiles
from graph.stores import open_graph

EVERYBODY = [CustomerId(customer) for customer in ("user:anna", "anon:phone", "user:bert", "user:carl")]
DENIED = ConsentDefaults.parse("personalization=denied")


def say(data: Path, *profiles: Profile) -> None:
    store = SqliteProfiles(DataFolder(data).profiles)
    store.write(profiles, [], START)
    store.close()


def chose(customer: str, *, permits: bool, linked: str = "") -> Profile:
    links = {CustomerId(linked): Dated(Stamp(), True)} if linked else {}
    consents = {"personalization": Dated(Stamp(), permits)}
    return Profile(customer=CustomerId(customer), seq=10**9, consents=consents, linked=links)


def read(data: Path) -> LearningData:
    return LearningData.read(loaded_settings(data=data))


def test_what_is_learnt_is_what_is_learnt_without_them(data: Path) -> None:
    refuser = read(data).edges.customers[0]
    say(data, chose(refuser, permits=False))
    denied = read(data)
    graph = open_graph(f"sqlite:///{DataFolder(data).graph}")
    graph.erase(refuser)
    graph.close()
    never = read(data)
    assert refuser not in denied.edges.customers and refuser not in {customer.id for customer in denied.customers}
    config = GnnConfig(dim=4, epochs=1)
    ours, theirs = (
        train(
            known.edges,
            known.products,
            known.campaigns,
            customers=known.customers,
            config=config,
            as_of=denied.as_of,
            rng=np.random.default_rng(0),
        )
        for known in (denied, never)
    )
    assert (ours.products, ours.customers) == (theirs.products, theirs.customers)
    assert np.array_equal(ours.product_vectors, theirs.product_vectors)


@pytest.mark.parametrize("refuser", ["user:anna", "anon:phone"])
def test_a_refusal_counts_for_the_customer_and_every_visitor_linked_to_them(tmp_path: Path, refuser: str) -> None:
    people = (
        chose("user:anna", permits=refuser != "user:anna", linked="anon:phone"),
        chose("anon:phone", permits=refuser != "anon:phone", linked="user:anna"),
        chose("user:bert", permits=True),
    )
    say(tmp_path, *people)
    assert refusing(DataFolder(tmp_path), EVERYBODY, DEFAULTS) == {"user:anna", "anon:phone"}
    assert refusing(DataFolder(tmp_path), EVERYBODY, DENIED) == {"user:anna", "anon:phone", "user:carl"}


def test_where_nobody_is_known_nobody_refuses(tmp_path: Path) -> None:
    assert refusing(DataFolder(tmp_path), EVERYBODY, DEFAULTS) == frozenset()
    assert refusing(DataFolder(tmp_path), EVERYBODY, DENIED) == set(EVERYBODY)
    assert not DataFolder(tmp_path).profiles.exists()
