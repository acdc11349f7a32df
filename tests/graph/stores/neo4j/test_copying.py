"""Copying between SQLite and Neo4j: what comes back of a part of a real shop is what went in."""

from contextlib import closing
from itertools import zip_longest
from pathlib import Path

from graph import CustomerGraph
from graph.copying import copy_graph
from graph.stores.open import open_graph
from tests.graph.stores.neo4j.slice_of_a_retailer import copy_with_a_stop


def test_a_part_of_a_real_shop_comes_back_from_neo4j_as_it_was(
    retailer: CustomerGraph, retailer_url: str, tmp_path: Path
) -> None:
    counts = retailer.counts()
    assert counts.interactions > 30_000 and counts.campaigns == 27 and counts.coupons > 100
    with closing(open_graph(retailer_url)) as there, closing(open_graph(f"sqlite:///{tmp_path / 'back.db'}")) as back:
        copy_with_a_stop(there, back)
        assert all(ours == theirs for ours, theirs in zip_longest(retailer.export(), back.export()))
        assert copy_graph(retailer, there).written == 0
