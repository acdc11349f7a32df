"""A process that writes batches to a graph and is killed -9 over and over.

Run as ``python -m tests.graph.stores.crash_writer URL``.
It prints the position of every batch whose `apply` came back, and what it found when it took up the work again.
"""

import random
import sys
import time
from typing import TextIO

from graph import Change, Customer, CustomerId, Instant, Interaction, InteractionKind, NodeKind, NodeRef, Position
from graph.stores import open_graph
from tests.graph.killed import killed_at_random

BATCH = 400
KILLS = 20


def batch(number: int) -> list[Change]:
    """The changes of the `number`-th batch, the same in every process: BATCH interactions and a customer."""
    changes: list[Change] = [
        Interaction(
            key=f"till/{number}/{line}",
            customer=CustomerId(f"user:{line % 7}"),
            kind=InteractionKind.PURCHASED,
            target=NodeRef(NodeKind.PRODUCT, f"p{number * line % 97}"),
            at=Instant(number),
            order=str(number),
        )
        for line in range(BATCH)
    ]
    changes.insert(BATCH // 2, Customer(id=CustomerId(f"user:{number}"), traits={"batch": number}))
    return changes


def seconds_a_batch(url: str) -> float:
    """How long this store takes for one batch here and now, once it is warm; it holds three batches then."""
    graph = open_graph(url)
    for number in range(3):
        started = time.monotonic()
        graph.apply(batch(number), Position(str(number + 1)))
    graph.close()
    return time.monotonic() - started


def main(url: str) -> None:
    def work(_round: int, report: TextIO) -> None:
        graph = open_graph(url)
        done = int(graph.position() or 0)
        print(f"found {done} {graph.counts().interactions}", file=report)
        while True:
            graph.apply(batch(done), Position(str(done + 1)))
            done += 1
            print(f"wrote {done}", file=report)

    longest = max(0.2, 3 * seconds_a_batch(url))
    print("\n".join(killed_at_random(work, rounds=KILLS, longest=longest, rng=random.Random(3))))


if __name__ == "__main__":
    main(sys.argv[1])
