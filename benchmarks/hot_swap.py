"""Hot swap under load: requests that fail, answers that mix two versions, and the latency beside that without swaps."""

import argparse
import json
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path

if not __package__:  # run by its path: what lies beside it must not be taken for the packages of those names
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np

from benchmarks.load.served import Load, Server, load, served
from benchmarks.load.turned import mixed, turned, written
from benchmarks.machine import machine, printed
from benchmarks.serving import customers_of, summary
from embeddings.artifacts import open_snapshot
from embeddings.registry import Registry
from graph import SECOND, SESSION_GAP
from graph.data_folder import DataFolder
from graph.files import replace as replace_file

PATH = "/v1/recommendations"
PATIENCE_SECONDS = 60
WELL_KNOWN = 500
"""Of so many products, the most popular, are those that customers look at, put into their carts and have pages of."""

Lists = dict[bytes, bytes]
"""What each request is answered: its lists with scores and reasons, as JSON."""


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.hot_swap --data data [--swaps 100] [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hot_swap", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a data folder with a published version")
    parser.add_argument("--placement", default="discover", help="the placement asked for (discover)")
    parser.add_argument("--swaps", type=int, default=100, help="from one version to the other, or back (100)")
    parser.add_argument("--connections", type=int, default=2, help="connections (2): more, and the latency is a queue")
    parser.add_argument("--customers", type=int, default=200, help="customers who ask (200)")
    parser.add_argument("--seconds", type=float, default=20.0, help="of load without swaps, before and after (20)")
    parser.add_argument("--seed", type=int, default=0, help="of the customers drawn (0)")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    version = Registry(DataFolder(options.data).embeddings).current()
    if version is None:
        parser.error(f"no version is published in {options.data}")
    with served(options.data, poll_seconds="0.05") as server:
        registry = Registry(DataFolder(server.data).embeddings)
        one = open_snapshot(registry.path(version))
        other = turned(one)
        versions = (version, written(registry, other))
        mixtures = {name: written(registry, mixture) for name, mixture in mixed(one, other).items()}
        asking = asking_of(registry.path(version), options.placement, options.customers, options.seed)
        bodies = asking.bodies
        begin_sessions(server, asking)
        begun = time.monotonic()
        expected = {name: answers_of(server, registry, name, bodies) for name in reversed(versions)}
        found = {name: answers_of(server, registry, mixture, bodies) for name, mixture in mixtures.items()}
        point(registry, version)
        wait_for(server, version)
        told_apart = {name: unlike(lists, *expected.values()) for name, lists in found.items()}
        before = load(server.port, PATH, lasting(bodies, options.seconds), options.connections)
        told = Told(expected)
        swapping = Swapping(registry, versions, options.swaps, told)
        during = load(server.port, PATH, swapping.bodies(bodies), options.connections, told)
        after = load(server.port, PATH, lasting(bodies, options.seconds), options.connections)
    if (taken := time.monotonic() - begun) > SESSION_GAP / SECOND:
        raise TimeoutError(f"the run took {taken:.0f} s and the sessions ended within it: ask for fewer --swaps")
    without = Load([*before.milliseconds, *after.milliseconds], before.seconds + after.seconds, b"", 0)
    still, moving = summary(without), summary(during)
    answer = {
        "benchmark": "hot_swap",
        "machine": machine(),
        "version": version,
        "swaps": swapping.done,
        "seconds_a_swap": round(swapping.seconds / max(swapping.done, 1), 3),
        "connections": options.connections,
        "customers": len(bodies),
        "customers_with_a_session": len(asking.events),
        "customers_on_a_product_page": asking.pages,
        "customers_whose_lists_tell_the_versions_apart": unlike(expected[versions[0]], expected[versions[1]]),
        "customers_whose_lists_tell_a_mixture": told_apart,
        "answers": told.answers,
        "answers_of_each_version": told.of_version,
        "failures": during.failures,
        "mixed": told.mixed,
        "without_swaps": still,
        "during_swaps": moving,
        "p99_ratio": round(moving["p99_ms"] / still["p99_ms"], 3),
    }
    printed(answer, options.json)


@dataclass(frozen=True)
class Asking:
    """Requests that leave no trace, and the events that begin the sessions of some of those who ask."""

    bodies: list[bytes]
    events: list[bytes]
    pages: int


def asking_of(folder: Path, placement: str, customers: int, seed: int) -> Asking:
    """Of four customers two have looked at a product and put another into the cart, one is on a product's page."""
    rng = np.random.default_rng(seed)
    known, snapshot = customers_of(folder), open_snapshot(folder)
    products = [snapshot.set.products[row] for row in np.argsort(-snapshot.popularity, kind="stable")[:WELL_KNOWN]]
    drawn = rng.choice(known, size=min(customers, len(known)), replace=False).tolist()
    bodies, events, pages = [], [], 0
    for number, customer in enumerate(drawn):
        looked, added = rng.choice(products, size=2, replace=False).tolist()
        wanted = {"name": placement, "k": 20}
        if number % 4 == 3:
            wanted["product_id"] = looked
            pages += 1
        elif number % 4:
            events.append(session_of(customer, looked, added))
        body = {"customer_id": customer, "placements": [wanted], "dry_run": True}
        body["deadline_ms"] = PATIENCE_SECONDS * 1000  # else a slow answer is another list, and looks mixed
        bodies.append(json.dumps(body).encode())
    return Asking(bodies, events, pages)


def session_of(customer: str, looked: str, added: str) -> bytes:
    """The body of `/v1/batch` that begins a session."""
    done = (("Product Viewed", looked), ("Product Added", added))
    events = [
        {"type": "track", "userId": customer, "event": event, "properties": {"product_id": product}}
        for event, product in done
    ]
    return json.dumps({"batch": events}).encode()


def begin_sessions(server: Server, asking: Asking) -> None:
    """Send the events; ValueError where one is not taken in."""

    def taken(asked: bytes, answer: bytes) -> None:
        if json.loads(answer).get("accepted") != 2:
            raise ValueError(f"{asked!r} was answered {answer!r}, expected 2 events accepted")

    load(server.port, "/v1/batch", asking.events, 1, taken)


def lasting(bodies: list[bytes], seconds: float) -> Iterator[bytes]:
    """The bodies over and over, for so long."""
    end = time.monotonic() + seconds
    for body in cycle(bodies):
        if time.monotonic() > end:
            return
        yield body


def listed(answer: bytes) -> tuple[str, bytes]:
    """The version an answer names, and its lists with scores and reasons."""
    read = json.loads(answer)
    return read["versions"]["embeddings"], json.dumps(read["placements"]).encode()


def answers_of(server: Server, registry: Registry, version: str, bodies: list[bytes]) -> Lists:
    """What each customer is answered while a version serves, and nothing is changed."""
    point(registry, version)
    wait_for(server, version)
    found: Lists = {}

    def keep(asked: bytes, answer: bytes) -> None:
        found[asked] = listed(answer)[1]

    load(server.port, PATH, bodies, 1, keep)
    return found


def unlike(lists: Lists, *others: Lists) -> int:
    """Of how many requests the lists are those of none of the others."""
    return sum(all(found != other[asked] for other in others) for asked, found in lists.items())


def point(registry: Registry, version: str) -> None:
    """Make a version current past the gate, whose work is not measured here."""
    replace_file(registry.folder / "current", json.dumps({"version": version}).encode())


def wait_for(server: Server, version: str) -> None:
    """Until the server says that it serves a version; TimeoutError where it does not."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/readyz", timeout=10) as answer:
            if json.load(answer)["versions"]["embeddings"] == version:
                return
        time.sleep(0.02)
    raise TimeoutError(f"{version} does not serve after {PATIENCE_SECONDS} s")


class Told:
    """Counts the answers, and those that are not what the version they name lists."""

    def __init__(self, expected: Mapping[str, Lists]) -> None:
        self._expected = expected
        self.answers = 0
        self.mixed = 0
        self.of_version = dict.fromkeys(expected, 0)
        self.latest = ""

    def __call__(self, asked: bytes, answer: bytes) -> None:
        version, lists = listed(answer)
        self.answers += 1
        self.latest = version
        self.of_version[version] += 1
        self.mixed += lists != self._expected[version][asked]


class Swapping:
    """Swaps one after the other while bodies are asked for, and no more bodies once they are done."""

    def __init__(self, registry: Registry, versions: tuple[str, str], swaps: int, told: Told) -> None:
        self._registry = registry
        self._versions = versions
        self._swaps = swaps
        self._told = told
        self.done = 0
        self.seconds = 0.0

    def bodies(self, bodies: list[bytes]) -> Iterator[bytes]:
        swapping = threading.Thread(target=self._swap)
        swapping.start()
        for body in cycle(bodies):
            if not swapping.is_alive():
                return
            yield body

    def _swap(self) -> None:
        begun = time.perf_counter()
        for number in count(1):
            if number > self._swaps:
                return
            version = self._versions[number % 2]
            point(self._registry, version)
            end = time.monotonic() + PATIENCE_SECONDS
            while self._told.latest != version:  # asking the server would be load of its own
                if time.monotonic() > end:
                    raise TimeoutError(f"{version} does not serve after {PATIENCE_SECONDS} s")
                time.sleep(0.005)
            self.done, self.seconds = number, time.perf_counter() - begun


if __name__ == "__main__":
    main()
