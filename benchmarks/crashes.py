"""kill -9 again and again while events come in: what was acknowledged is everywhere afterwards, and there once."""

import argparse
import contextlib
import http.client
import json
import math
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, NamedTuple

if not __package__:  # run by its path: what lies beside it must not be taken for the packages of those names
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np

from api.profile_store import profile_store
from api.settings import Settings, loaded_settings
from benchmarks.load.clickstream import Clickstream
from benchmarks.load.mortal import MortalServer, Victim
from benchmarks.load.senders import Senders
from benchmarks.load.served import left_out
from benchmarks.load.verdict import Verdict, edges_of, logged_since, profile_answer
from benchmarks.machine import machine, printed
from embeddings.artifacts import open_snapshot
from embeddings.registry import Registry
from graph import START, Position, StoreUnavailable, known
from graph.data_folder import DataFolder
from graph.local_servers.valkey import LocalValkey
from graph.log.kafka.local import find_kafka
from graph.log.kafka.local.broker import LocalKafka
from graph.log.opening import read_log
from graph.profile.features.table_file import read_feature_table
from graph.profile.stores.sqlite import SqliteProfiles
from graph.projection.rebuilding import rebuild_profiles
from graph.stores.neo4j.local import LocalNeo4j, ServerSettings, find_neo4j
from graph.stores.open import open_graph

LIFE_SECONDS = (0.05, 1.5)
LONG_LIFE_SECONDS = (2.0, 8.0)
"""Of every fourth server, so that its worker is at work, and of what a server stands on, so that it is found again."""

AWAY_SECONDS = (0.0, 0.5)
SETTLED_SECONDS = 180


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.crashes --data data --times 100 [--kill server|kafka|neo4j|valkey] [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crashes", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a data folder with a published version")
    parser.add_argument("--times", type=int, default=100, help="how often something is killed (100)")
    parser.add_argument("--seconds", type=float, default=math.inf, help="no kill after so long (no limit)")
    parser.add_argument("--kill", choices=VICTIMS, default="server", help="what is: server and worker (server)")
    parser.add_argument("--senders", type=int, default=4, help="threads that post (4)")
    parser.add_argument("--shoppers", type=int, default=50, help="whose profiles they share (50)")
    parser.add_argument("--seed", type=int, default=0, help="of all that is drawn (0)")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    registry = Registry(DataFolder(options.data).embeddings)
    version = registry.current()
    if version is None:
        parser.error(f"no version is published in {options.data}")
    products = [str(product) for product in open_snapshot(registry.path(version)).set.products]
    rng = np.random.default_rng(options.seed)
    stream = Clickstream(f"shopper-{options.seed}", options.shoppers, products, rng.spawn(1)[0])
    loaded = machine()
    begun = time.perf_counter()
    with ExitStack() as stack:
        beside = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pk-")))
        backend = VICTIMS[options.kill](beside, stack)
        data = _copied(options.data, beside / "data", whole=backend is None)
        given = {} if backend is None else backend.settings
        settings = loaded_settings(data=data, **given)
        before = START if backend else _end_of(settings)
        # An analysis of the whole graph at each start would be most of what is measured, and is made of the graph.
        server = stack.enter_context(MortalServer(data, explore="false", **given))
        sent: Counter[Hashable] = Counter()

        def draw(number: int) -> list[dict[str, Any]]:
            messages = list(stream.messages(number))
            sent.update(message["messageId"] for message in messages)
            return messages

        with Senders(server.port, options.senders, draw, rng.spawn(1)[0]) as senders:
            victim, long_every = (server, 4) if backend is None else (backend.victim, 1)
            kills = _kill_again_and_again(victim, options.times, begun + options.seconds, long_every, rng)
        _wait_until_settled(settings, server.port)
        verdict = Verdict()
        verdict.hold_profiles("served", stream.expected, _told(server.port, list(stream.expected)))
        server.stop()
        _look(settings, before, stream, sent, beside / "rebuilt.db", verdict)
    printed(
        {
            "benchmark": "crashes",
            "machine": loaded | {"load_average_after": round(os.getloadavg()[0], 1)},
            "killed": options.kill,
            "kills": kills,
            "sent": sent.total(),
            "acknowledged": senders.acknowledged,
            "repeated": senders.repeated,
            "lost": sum(verdict.lost.values()) + senders.forgotten,
            "doubled": sum(verdict.doubled.values()),
            "profiles_otherwise": len(verdict.otherwise),
            "first_otherwise": verdict.otherwise[:3],
            "lost_in": verdict.lost,
            "doubled_in": verdict.doubled,
            "shoppers": len(stream.expected),
            "seconds": round(time.perf_counter() - begun, 1),
        },
        options.json,
    )


class Backend(NamedTuple):
    """Something a server stands on, and the settings that name it."""

    victim: Victim
    settings: dict[str, str]


def _kafka(_: Path, stack: ExitStack) -> Backend:
    broker = find_kafka({name: value for name, value in os.environ.items() if name != "KAFKA_SERVERS"})
    assert isinstance(broker, LocalKafka)
    stack.enter_context(broker)
    return Backend(broker, {"log": f"kafka://{broker.servers}/crashes"})


def _neo4j(_: Path, stack: ExitStack) -> Backend:
    small = ServerSettings(heap="512m", page_cache="128m", quick_start=True)
    found = find_neo4j({name: value for name, value in os.environ.items() if name != "NEO4J_URI"}, settings=small)
    assert isinstance(found, LocalNeo4j)
    stack.enter_context(found)
    return Backend(found, {"graph": found.url})


def _valkey(beside: Path, stack: ExitStack) -> Backend:
    folder = beside / "valkey"
    folder.mkdir()
    return Backend(store := stack.enter_context(LocalValkey(folder)), {"profiles": store.address})


VICTIMS: dict[str, Callable[[Path, ExitStack], Backend | None]] = {
    "server": lambda beside, stack: None,
    "kafka": _kafka,
    "neo4j": _neo4j,
    "valkey": _valkey,
}


def _copied(data: Path, copy: Path, *, whole: bool) -> Path:
    """The folder as it is, or, for a backend that begins empty, with what is published in it and no history."""
    if whole:
        return Path(shutil.copytree(data, copy, ignore=left_out))
    shutil.copytree(DataFolder(data).embeddings, DataFolder(copy).embeddings, dirs_exist_ok=True)
    return copy


def _end_of(settings: Settings) -> Position:
    with closing(read_log(DataFolder(settings.data).log, settings.log)) as log:
        return log.end()


def _kill_again_and_again(victim: Victim, times: int, ends: float, long_every: int, rng: np.random.Generator) -> int:
    """How often it was killed: `times`, or fewer where the clock came to `ends` before."""
    for kills in range(times):
        if time.perf_counter() > ends:
            return kills
        life = LIFE_SECONDS if (kills + 1) % long_every else LONG_LIFE_SECONDS
        time.sleep(rng.uniform(*life))
        victim.kill()
        time.sleep(rng.uniform(*AWAY_SECONDS))
        victim.start()
        print(f"{kills + 1} of {times} kills", file=sys.stderr, flush=True)
    return times


def _wait_until_settled(settings: Settings, port: int) -> None:
    """Until graph and stored profiles stand at the log's end, and the server misses no profile."""
    ends = time.monotonic() + SETTLED_SECONDS
    stored, graph = profile_store(settings), open_graph(settings.graph_url)
    with closing(stored), closing(graph), closing(read_log(DataFolder(settings.data).log, settings.log)) as log:
        while time.monotonic() < ends:
            with contextlib.suppress(StoreUnavailable):
                if stored.position() == graph.position() == log.end() and not _misses_profiles(port):
                    return
            time.sleep(0.1)
        raise RuntimeError(
            f"not settled after {SETTLED_SECONDS} s: the log ends at {log.end()!r}, the profiles stand at "
            f"{stored.position()!r}, the graph at {graph.position()!r}"
        )


def _misses_profiles(port: int) -> bool:
    asked = {"customer_id": "somebody-else", "placements": [{"name": "homepage", "k": 1}], "dry_run": True}
    return "profile" in _asked(port, "POST", "/v1/recommendations", asked)["degraded"]


def _told(port: int, shoppers: list[str]) -> dict[str, Mapping[str, Any]]:
    return {shopper: _asked(port, "GET", f"/v1/customers/{shopper}") for shopper in shoppers}


def _asked(port: int, method: str, path: str, body: object = None) -> dict[str, Any]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
        return answer


def _look(
    settings: Settings, before: Position, stream: Clickstream, sent: Counter[Hashable], rebuilt: Path, verdict: Verdict
) -> None:
    """Hold the log, the profiles stored and made anew from it, and the graph against what was sent."""
    shoppers = list(stream.expected)
    leaves = {known(shopper): shopper for shopper in shoppers}
    with closing(read_log(DataFolder(settings.data).log, settings.log)) as log:
        verdict.hold("log", sent, logged_since(log, before))
        rebuild_profiles(log, rebuilt, table=read_feature_table(settings.profile_file))
    with closing(SqliteProfiles(rebuilt)) as anew, closing(profile_store(settings)) as stored:
        made, kept = anew.read_all(leaves.keys()), stored.read_all(leaves.keys())
    for place, profiles in (("rebuilt", made), ("stored", kept)):
        answers = {shopper: profile_answer(profiles.get(leaf)) for leaf, shopper in leaves.items()}
        verdict.hold_profiles(place, stream.expected, answers)
    differing = [shopper for leaf, shopper in leaves.items() if made.get(leaf) != kept.get(leaf)]
    verdict.otherwise += [f"stored: {shopper} is another profile than the one rebuilt" for shopper in differing]
    edges: Counter[Hashable] = Counter()
    for shopper, did in stream.expected.items():
        edges.update({(shopper, *edge): times for edge, times in did.edges.items()})
    with closing(open_graph(settings.graph_url)) as graph:
        verdict.hold("graph", edges, edges_of(graph, shoppers))


if __name__ == "__main__":
    main()
