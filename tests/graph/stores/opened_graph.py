"""What the graph contracts share: a store opened where its own test module says, and a few well-known ids."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from graph import (
    CustomerGraph,
    CustomerId,
    ProductId,
)
from graph.stores import open_graph

ANN, BOB, CAT = CustomerId("user:ann"), CustomerId("user:bob"), CustomerId("user:cat")
MILK, BREAD, EGGS = ProductId("milk"), ProductId("bread"), ProductId("eggs")


class OpenedGraph:
    """A new graph for each test; a store's test module says where."""

    def url(self, folder: Path) -> str:
        """The URL of a store of its own for each `folder`, empty until something is written there."""
        raise NotImplementedError

    @pytest.fixture
    def graph(self, tmp_path: Path) -> Iterator[CustomerGraph]:
        graph = open_graph(self.url(tmp_path))
        yield graph
        graph.close()

    @contextmanager
    def fresh(self) -> Iterator[CustomerGraph]:
        """A new store inside a property, which runs many times in one test."""
        with tempfile.TemporaryDirectory() as folder:
            graph = open_graph(self.url(Path(folder)))
            try:
                yield graph
            finally:
                graph.close()
