"""Importing a shop's history: seconds of each phase, memory, and whether the graph counts what the source counts."""

import argparse
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

if not __package__:  # run by its path: what lies beside it must not be taken for the packages of those names
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import polars as pl

from api.clock import now
from benchmarks.machine import machine, printed
from graph.data_folder import DataFolder
from graph.log.sqlite_log import SqliteEventLog
from graph.profile.stores.sqlite import SqliteProfiles
from graph.projection.catch_up import catch_up
from graph.projection.graph_projection import GraphProjection
from graph.projection.serving_projection import ServingProjection
from graph.sources import (
    Mapping,
    complete_journey_folder,
    complete_journey_mapping,
    import_history,
    load_mapping,
    read_history,
)
from graph.stores.sqlite.graph import SqliteGraph

T = TypeVar("T")


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.import_history [--data DIR --mapping FILE] [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.import_history", description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder with the shop's files (the installed Complete Journey)")
    parser.add_argument("--mapping", type=Path, help="its mapping (the one of Complete Journey)")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    folder = options.data or complete_journey_folder()
    mapping = load_mapping(options.mapping) if options.mapping else complete_journey_mapping()
    with TemporaryDirectory() as kept:
        answer = measured(mapping, folder, Path(kept))
    if options.mapping is None:
        answer["source"] = _source(folder)
        answer["equal_to_source"] = {name: answer["graph"][name] == told for name, told in answer["source"].items()}
    printed({"benchmark": "import_history", "machine": machine(), **answer}, options.json)


def measured(mapping: Mapping, folder: Path, kept: Path) -> dict[str, Any]:
    """Import twice into the folder `kept`; what each phase took and what came of it."""
    received = now()
    rows = 0

    def count(file: str, read: int) -> None:
        nonlocal rows
        rows += read

    phases: dict[str, dict[str, float]] = {}
    data = DataFolder(kept)
    found = _timed(phases, "read alone", lambda: sum(1 for _ in read_history(mapping, folder, received, count)))
    log, graph, profiles = SqliteEventLog(data.log), SqliteGraph(data.graph), SqliteProfiles(data.profiles)
    first = _timed(phases, "read and log", lambda: import_history(read_history(mapping, folder, received), log))
    _timed(phases, "graph", lambda: catch_up(log, GraphProjection(graph)))
    _timed(phases, "profiles", lambda: catch_up(log, ServingProjection(profiles)))
    whole = sum(phases[name]["seconds"] for name in ("read and log", "graph", "profiles"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    counts, end = graph.counts(), log.end()
    again = _timed(phases, "again", lambda: import_history(read_history(mapping, folder, received), log))
    answer = {
        "rows": rows,
        "events": found - first.refused,
        "refused": first.refused,
        "by_type": first.by_type,
        "phases": phases,
        "import_seconds": round(whole, 1),
        "rows_per_second": round(rows / whole),
        "events_per_second": round(first.accepted / whole),
        "peak_memory_mb": peak,
        "graph": counts._asdict(),
        "second_import": {
            "accepted": again.accepted,
            "duplicates": again.duplicates,
            "nothing_changed": again.accepted == 0 and log.end() == end and graph.counts() == counts,
        },
    }
    for store in (graph, profiles, log):
        store.close()
    return answer


def _timed(phases: dict[str, dict[str, float]], name: str, work: Callable[[], T]) -> T:
    started, worked = time.perf_counter(), time.process_time()
    result = work()
    phases[name] = {
        "seconds": round(time.perf_counter() - started, 2),
        "processor_seconds": round(time.process_time() - worked, 2),
    }
    return result


def _source(folder: Path) -> dict[str, int]:
    """What the publisher's files hold, counted without any of our reading."""
    read = {path.stem: pl.scan_parquet(path) for path in folder.glob("*.parquet")}
    lines, receipts, used = (read[name] for name in ("transactions", "campaigns", "coupon_redemptions"))
    people = pl.concat([table.select("household_id") for table in (lines, read["demographics"], receipts, used)])
    done = [table.select(pl.len()).collect().item() for table in (lines, receipts, used)]
    return {
        "customers": people.unique().select(pl.len()).collect().item(),
        "products": read["products"].select(pl.len()).collect().item(),
        "campaigns": read["campaign_descriptions"].select(pl.len()).collect().item(),
        "coupons": read["coupons"].select("campaign_id", "coupon_upc").unique().select(pl.len()).collect().item(),
        "interactions": sum(done),
    }


if __name__ == "__main__":
    main()
