"""Profiles with the pack's features: bytes, lookup and computing, and how soon a killed server knows them again."""

import argparse
import gc
import json
import random
import resource
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

from msgspec.structs import replace

if not __package__:  # run by its path: what lies beside it must not be taken for the packages of those names
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from api.settings import loaded_settings
from benchmarks.load.mortal import MortalServer
from benchmarks.load.served import load
from benchmarks.machine import machine, printed
from graph import (
    DAY,
    HOUR,
    MINUTE,
    Catalogue,
    CustomerId,
    EventId,
    Instant,
    LoggedEvent,
    Position,
    Product,
    ProductId,
    Profile,
    iso,
    public_id,
)
from graph.data_folder import DataFolder
from graph.events.family import (
    AddedToCart,
    Clicked,
    Context,
    CustomerEvent,
    Delivered,
    OrderLine,
    Purchased,
    Searched,
    Viewed,
)
from graph.log.commits import Call, Commits
from graph.log.file_log import encoded
from graph.profile.features.table_file import read_feature_table
from graph.profile.reading.reading import FeatureReader
from graph.profile.stores.sqlite import SqliteProfiles
from graph.projection.serving_projection import ServingProjection

START_DAY = 20_000
DAYS = 180
BATCH = 20_000
CATEGORIES = 60
TAIL = 10_000
PRODUCTS = 20_000


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.profiles [--customers N] [--histories N] [--profile FILE] [--seed N] [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profiles", description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000, help="how many customers (1000000)")
    parser.add_argument(
        "--histories", type=int, default=100_000, help="how many of them have one of their own; others have the same"
    )
    parser.add_argument("--profile", type=Path, help="the pack's features (the retail one)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    path = options.profile or loaded_settings().profile_file
    with TemporaryDirectory(prefix="patron-bench-") as kept:
        histories = min(options.histories, options.customers)
        answer = measured(options.customers, histories, path, random.Random(options.seed), Path(kept) / "data")
    printed({"benchmark": "profiles", "machine": machine(), **answer}, options.json)


def measured(customers: int, histories: int, pack: Path, rng: random.Random, data: Path) -> dict[str, Any]:
    """Fold the histories into a store, look profiles up, compute features; then kill a server that stands on it."""
    table = read_feature_table(pack)
    file = DataFolder(data).profiles
    catalogue = Catalogue(products())
    store = SqliteProfiles(file)
    projection = ServingProjection(store, max_held=0, table=table)
    seq, folding = 0, 0.0
    events_of: list[int] = []
    batch: list[LoggedEvent] = []
    for number in range(histories):
        events = list(history(number, rng))
        events_of.append(len(events))
        for event in events:
            seq += 1
            batch.append(LoggedEvent(seq, event))
        if len(batch) >= BATCH or number == histories - 1:
            started = time.perf_counter()
            gc.disable()
            projection.apply(batch, Position(str(seq)))
            gc.enable()
            folding += time.perf_counter() - started
            batch = []
    for first in range(histories, customers, histories):
        numbers = range(first, min(first + histories, customers))
        store.write(_renamed(store, numbers, histories), [], Position(str(seq)))
    store.close()
    with sqlite3.connect(file) as raw:
        sizes = sorted(size for (size,) in raw.execute("SELECT length(state) FROM profile"))
    asked = [customer(rng.randrange(customers)) for _ in range(min(customers, 5_000))]
    return {
        "customers": customers,
        "features": len(table.features),
        "series": len(table.plans),
        "histories": histories,
        "events": seq,
        "events_per_customer": spread(sorted(events_of)),
        "bytes_per_profile": spread(sizes),
        "file_mb": round(file.stat().st_size / 1e6),
        "store_events_per_second": round(seq / folding),
        **_read(file, asked, FeatureReader(table, catalogue)),
        "serving_again": _again(data, pack, seq, customers, rng),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _read(file: Path, asked: list[CustomerId], reader: FeatureReader) -> dict[str, Any]:
    store = SqliteProfiles(file)
    now = Instant((START_DAY + DAYS) * DAY + 12 * HOUR)
    names = list(reader.table.features)
    lookup, lookup_cpu, every, single = list[float](), list[float](), list[float](), list[float]()
    gc.disable()
    for number, who in enumerate(asked):
        started, worked = time.perf_counter(), time.thread_time()
        profile = store.read(who)
        lookup.append(time.perf_counter() - started)
        lookup_cpu.append(time.thread_time() - worked)
        assert profile is not None
        started = time.thread_time()
        values = list(reader.read(profile, now).values())
        every.append(time.thread_time() - started)
        started = time.thread_time()
        reader.read(profile, now).value(names[number % len(names)])
        single.append(time.thread_time() - started)
        assert len(values) == len(names)
    gc.enable()
    store.close()
    return {
        "lookup_ms": _ms(lookup),
        "compute_all_cpu_ms": _ms(every),
        "compute_one_cpu_ms": _ms(single),
        "lookup_cpu_ms": _ms(lookup_cpu),
    }


def _again(data: Path, pack: Path, seq: int, customers: int, rng: random.Random) -> dict[str, Any]:
    """A server on the store, with TAIL events in its log that the store lacks, killed under load: from its start to the
    first answers that know their customers, of which each has one of those events."""
    end = START_DAY * DAY + DAYS * DAY
    events = [viewed(rng.randrange(customers), number, rng, end) for number in range(min(customers, TAIL))]
    commits = Commits(DataFolder(data).log, None, None, busy_seconds=5.0)
    commits.write([Call(events, encoded(events), range(seq + 1, seq + 1 + len(events)))], [])
    commits.disconnect()
    asked = [public_id(event.customer) for event in events[-100:]]
    told: list[dict[str, Any]] = []
    with MortalServer(data, path="/healthz", worker="false", profile=str(pack), explore="false") as server:
        for _ in range(2):
            bodies = [json.dumps(_looked(rng, customers, end)).encode() for _ in range(2_000)]
            posted = load(server.port, "/v1/track", bodies, 16)
            server.kill()
            started = time.perf_counter()
            server.start()
            ready = time.perf_counter() - started
            known = sum(_knows(server.port, who) for who in asked)
            told.append(
                {
                    "events_behind": len(events) + 2_000 * (len(told) + 1) - posted.failures,
                    "ready_seconds": round(ready, 2),
                    "seconds": round(time.perf_counter() - started, 2),
                    "known": known,
                }
            )
    return {"kills": told}


def _renamed(store: SqliteProfiles, numbers: range, histories: int) -> Iterator[Profile]:
    """The profiles of others under the names of these customers."""
    for start in range(numbers.start, numbers.stop, 500):
        part = range(start, min(start + 500, numbers.stop))
        found = store.read_all([customer(number % histories) for number in part])
        for number in part:
            yield replace(found[customer(number % histories)], customer=customer(number))


def _looked(rng: random.Random, customers: int, at: int) -> dict[str, Any]:
    return {
        "messageId": f"{rng.getrandbits(64):x}",
        "userId": f"{rng.randrange(customers):07d}",
        "event": "Product Viewed",
        "timestamp": iso(Instant(at + DAY)),
        "properties": {"product_id": f"p{rng.randrange(PRODUCTS)}"},
    }


def _knows(port: int, who: str) -> bool:
    """Whether the profile of somebody has their newest event."""
    with urlopen(f"http://127.0.0.1:{port}/v1/customers/{quote(who)}") as answer:
        recent = json.load(answer)["recent"]
    return bool(recent) and recent[0]["at"] >= iso(Instant(START_DAY * DAY + DAYS * DAY))


def customer(number: int) -> CustomerId:
    return CustomerId(f"user:{number:07d}")


def products() -> Iterator[Product]:
    """A catalogue whose categories are those of the pack's segments and others."""
    names = ["FLUID MILK PRODUCTS", "SOFT DRINKS", "BAG SNACKS", "FROZEN PIZZA", "BABY FOODS", "BEERS/ALES"]
    names += [f"CATEGORY {number}" for number in range(CATEGORIES - len(names))]
    for number in range(PRODUCTS):
        yield Product(
            id=ProductId(f"p{number}"),
            department=("GROCERY", "PRODUCE", "DRUG GM", "MEAT")[number % 4],
            category=names[number % CATEGORIES],
            brand=("National", "Private")[number % 5 == 0],
            price=100 + number % 900,
        )


def history(number: int, rng: random.Random) -> Iterator[CustomerEvent]:
    """Half a year of one customer: log-normally many visits, each some views, and baskets now and then."""
    visits = max(1, min(200, round(rng.lognormvariate(1.8, 0.9))))
    liked = [rng.randrange(PRODUCTS) for _ in range(12)]
    at = (START_DAY + DAYS) * DAY
    count = 0
    for visit in sorted(rng.randrange(DAYS * 24 * 60) for _ in range(visits)):
        began = at - DAYS * DAY + visit * MINUTE
        session = f"{rng.getrandbits(48):012x}"
        web = Context(channel=rng.choice(("web", "app")), device=rng.choice(("desktop", "phone")))
        for step in range(rng.randint(1, 8)):
            count += 1
            head = _head(number, count, began + step * MINUTE, session, web)
            draw = rng.random()
            product = ProductId(f"p{rng.choice(liked) if draw < 0.6 else rng.randrange(PRODUCTS)}")
            if draw < 0.75:
                yield Viewed(**head, product=product)
            elif draw < 0.85:
                yield Clicked(**head, product=product)
            elif draw < 0.93:
                yield AddedToCart(**head, product=product)
            else:
                yield Searched(**head, query=rng.choice(("milk", "bread", "coffee")))
        if rng.random() < 0.3:
            count += 1
            context = rng.choice((web, Context(channel="shop", place=f"store {number % 50}")))
            lines = tuple(
                OrderLine(line=f"{line}", product=ProductId(f"p{rng.choice(liked)}"), value=rng.randint(80, 900))
                for line in range(rng.randint(1, 6))
            )
            head = _head(number, count, began + 10 * MINUTE, session, context)
            yield Purchased(**head, order=f"{number}-{count}", lines=lines, currency="USD")
    for week in range(0, DAYS, 30):
        count += 1
        yield Delivered(**_head(number, count, at - week * DAY - DAY, "", Context(channel="mail")), campaign=f"c{week}")


def viewed(number: int, key: int, rng: random.Random, at: int) -> Viewed:
    head = _head(number, key, at + rng.randrange(HOUR), "tail", Context(channel="web"))
    return Viewed(**head, product=ProductId(f"p{rng.randrange(PRODUCTS)}"))


def _head(number: int, key: int, at: int, session: str, context: Context) -> dict[str, Any]:
    return {
        "id": EventId(f"{number:07d}-{key}"),
        "source": "web",
        "at": Instant(at),
        "received": Instant(at),
        "customer": customer(number),
        "session": session,
        "context": context,
    }


def spread(rising: list[int]) -> dict[str, int]:
    return {name: rising[min(len(rising) - 1, int(len(rising) * part))] for name, part in _PARTS.items()}


def _ms(seconds: list[float]) -> dict[str, float]:
    rising = sorted(seconds)
    return {
        name: round(1000 * rising[min(len(rising) - 1, int(len(rising) * part))], 3) for name, part in _PARTS.items()
    }


_PARTS = {"p50": 0.5, "p90": 0.9, "p99": 0.99}


if __name__ == "__main__":
    main()
