"""Profiles with the pack's features: bytes, lookup and computing, and how soon a killed server knows them again."""

import argparse
import gc
import random
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

if not __package__:  # run by its path: what lies beside it must not be taken for the packages of those names
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from api.settings import loaded_settings
from benchmarks.machine import machine, printed
from graph import DAY, HOUR, MINUTE, Catalogue, CustomerId, EventId, Instant, LoggedEvent, Position, Product, ProductId
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
from graph.profile.features.table_file import read_feature_table
from graph.profile.live import LiveProfiles
from graph.profile.reading.reading import FeatureReader
from graph.profile.store import SqliteProfiles
from graph.projection.serving_projection import ServingProjection

START_DAY = 20_000
DAYS = 180
BATCH = 20_000
CATEGORIES = 60
PRODUCTS = 20_000


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.profiles [--customers N] [--profile FILE] [--seed N] [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profiles", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000, help="how many customers (100000)")
    parser.add_argument("--profile", type=Path, help="the pack's features (the retail one)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    path = options.profile or loaded_settings().profile_file
    with TemporaryDirectory() as kept:
        answer = measured(options.customers, path, random.Random(options.seed), Path(kept) / "profiles.db")
    printed({"benchmark": "profiles", "machine": machine(), **answer}, options.json)


def measured(customers: int, pack: Path, rng: random.Random, file: Path) -> dict[str, Any]:
    """Fold everybody's history into a store, then look it up, compute features, and start again from store and tail."""
    table = read_feature_table(pack)
    catalogue = Catalogue(products())
    store = SqliteProfiles(file)
    projection = ServingProjection(store, max_held=0, table=table)
    seq, folding, events_of = 0, 0.0, []
    tail: list[LoggedEvent] = []
    batch: list[LoggedEvent] = []
    for number in range(customers):
        events = list(history(number, rng))
        events_of.append(len(events))
        for event in events:
            seq += 1
            batch.append(LoggedEvent(seq, event))
        if len(batch) >= BATCH or number == customers - 1:
            started = time.perf_counter()
            gc.disable()
            projection.apply(batch, Position(str(seq)))
            gc.enable()
            folding += time.perf_counter() - started
            batch = []
    for _ in range(min(customers, 10_000)):  # what the log holds that the store has not seen
        seq += 1
        tail.append(LoggedEvent(seq, viewed(rng.randrange(customers), seq, rng, START_DAY * DAY + DAYS * DAY)))
    sizes = sorted(size for (size,) in store._connection.execute("SELECT length(state) FROM profile"))
    store.close()
    asked = [customer(rng.randrange(customers)) for _ in range(min(customers, 5_000))]
    return {
        "customers": customers,
        "features": len(table.features),
        "series": len(table.plans),
        "events": seq - len(tail),
        "events_per_customer": spread(sorted(events_of)),
        "bytes_per_profile": spread(sizes),
        "file_mb": round(file.stat().st_size / 1e6),
        "store_events_per_second": round((seq - len(tail)) / folding),
        **_read(file, asked, FeatureReader(table, catalogue)),
        "serving_again": _again(file, tail, asked),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _read(file: Path, asked: list[CustomerId], reader: FeatureReader) -> dict[str, Any]:
    store = SqliteProfiles(file)
    now = Instant((START_DAY + DAYS) * DAY + 12 * HOUR)
    names = list(reader.table.features)
    lookup, every, single = [], [], []
    gc.disable()
    for number, who in enumerate(asked):
        started = time.perf_counter()
        profile = store.read(who)
        lookup.append(time.perf_counter() - started)
        assert profile is not None
        started = time.perf_counter()
        values = list(reader.read(profile, now).values())
        every.append(time.perf_counter() - started)
        started = time.perf_counter()
        reader.read(profile, now).value(names[number % len(names)])
        single.append(time.perf_counter() - started)
        assert len(values) == len(names)
    gc.enable()
    store.close()
    return {"lookup_ms": _ms(lookup), "compute_all_ms": _ms(every), "compute_one_ms": _ms(single)}


def _again(file: Path, tail: list[LoggedEvent], asked: list[CustomerId]) -> dict[str, Any]:
    """A server that starts after a crash: the store as it is, and the events of the log that it lacks."""
    table = read_feature_table(loaded_settings().profile_file)
    started = time.perf_counter()
    store = SqliteProfiles(file)
    live = LiveProfiles(store, table=table)
    live.apply(tail)
    known = sum(live.get(who) is not None for who in asked[:100])
    seconds = time.perf_counter() - started
    store.close()
    return {"tail_events": len(tail), "seconds": round(seconds, 2), "known": known}


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
