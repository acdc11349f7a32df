"""What comes next in a session, of any two files: learnt and chosen on the first alone, judged on the second.

Diginetica in SR-GNN's protocol is at https://github.com/CCIIPLab/GCE-GNN, folder datasets/diginetica.
"""

import argparse
import math
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

if not __package__:  # run by its path: what lies beside it must not be taken for the packages of those names
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.machine import machine, printed
from embeddings.index import use_one_thread
from embeddings.nearest import Nearest
from embeddings.sessions import Sessions
from embeddings.sessions.learning import LearnConfig, Learnt, learn_next_in_session
from embeddings.sessions.prefixes import Found, Prefixes, found_in
from graph import InvalidValue

K = 20
WARM_UP = 50
"""So many answers before times are taken: the first ones read the arrays into memory."""


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.sessions --train T --test S [--seconds N] [--seed N] [--most N] [--json FILE]``"""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.sessions",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--train", type=Path, required=True, help="parquet: a column of lists of item ids, oldest session first"
    )
    parser.add_argument(
        "--test", type=Path, required=True, help="parquet: a column of lists, the session so far, and one of next ids"
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=1500.0,
        help="about how long learning takes, if not so little that the network takes more (1500)",
    )
    parser.add_argument("--seed", type=int, default=0, help="of what is learnt (0)")
    parser.add_argument("--most", type=int, help="judge no more than so many rows of the test, drawn at random (all)")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    try:
        learn(options)
    except InvalidValue as error:
        sys.exit(str(error))


def learn(options: argparse.Namespace) -> None:
    """Choose, learn, judge, print; InvalidValue for files that hold no sessions, and for what cannot be."""
    if not 0 < options.seconds < math.inf:
        raise InvalidValue("seconds", options.seconds, "a finite number above 0")
    if options.most is not None and options.most < 1:
        raise InvalidValue("most", options.most, "an integer of 1 or more")
    use_one_thread()
    begun, spent = time.monotonic(), time.process_time()
    ids, sessions = train_sessions(options.train)
    test = test_prefixes(options.test, ids)
    rng = np.random.default_rng(options.seed)
    learnt = learn_next_in_session(
        sessions,
        len(ids),
        LearnConfig(),
        rng,
        time_gone=lambda: (time.monotonic() - begun) / options.seconds,
        progress=lambda what: print(f"{time.monotonic() - begun:7.1f} s  {what}", file=sys.stderr),
    )
    seconds, processor_seconds = time.monotonic() - begun, time.process_time() - spent
    judged = test if options.most is None else test.sample(options.most, rng)
    found, times = timed(judged, lambda products: learnt.model.scores(products, K))
    parts = learnt.model.parts
    answer = {
        "benchmark": "sessions",
        "machine": machine(),
        "train": {"sessions": len(sessions), "clicks": len(sessions.products), "items": len(ids)},
        "test": {"rows": len(test), "judged": len(judged), "next_unknown": int((test.next < 0).sum())},
        **percent(found),
        "neighbours_alone": percent(found_in(judged, lambda products: parts.neighbours.scores(products, k=K))),
        "milliseconds_an_answer": times,
        "training_seconds": round(seconds, 1),
        "training_processor_seconds": round(processor_seconds, 1),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "held_out": {name: percent(each) for name, each in learnt.judged.items()},
        **tried(learnt),
    }
    printed(answer, options.json)


def train_sessions(path: Path) -> tuple[NDArray[np.int64], Sessions]:
    """(the distinct ids, rising; the sessions over their places), the oldest session first."""
    table = _table(path, 1, "a column of lists of item ids")
    offsets, values = _lists(path, table.to_series(0))
    if not len(values):
        raise InvalidValue(str(path), "no items", "at least one session with one")
    ids, rows = np.unique(values, return_inverse=True)
    return ids, Sessions.from_arrays(offsets, rows.astype(np.int64), np.arange(len(offsets) - 1))


def test_prefixes(path: Path, ids: NDArray[np.int64]) -> Prefixes:
    """Each session so far and what came next, as places in `ids`: -1 for what training never met."""
    table = _table(path, 2, "a column of lists of item ids, and one of the next id")
    offsets, values = _lists(path, table.to_series(0))
    following = table.to_series(1)
    if not following.dtype.is_integer() or following.null_count():
        told = f"{following.dtype} with {following.null_count()} nulls"
        raise InvalidValue(f"{path}: {following.name}", told, "integers")
    if not table.height:
        raise InvalidValue(str(path), "no rows", "at least one session so far and what came next")
    return Prefixes(
        _places(values, ids), offsets[:-1], offsets[1:], _places(following.to_numpy().astype(np.int64), ids)
    )


def timed(prefixes: Prefixes, answer: Callable[[NDArray[np.int64]], Nearest]) -> tuple[Found, dict[str, float]]:
    """(what was found, milliseconds: the wall's median and 99th percentile, and the mean of all cores' work)."""
    for products, _ in prefixes.at(np.arange(min(WARM_UP, len(prefixes)))):
        answer(products)
    taken: list[int] = []

    def watched(products: NDArray[np.int64]) -> Nearest:
        begun = time.perf_counter_ns()
        found = answer(products)
        taken.append(time.perf_counter_ns() - begun)
        return found

    spent = time.process_time_ns()
    found = found_in(prefixes, watched)
    spent = time.process_time_ns() - spent
    p50, p99 = np.percentile(taken, [50, 99]) / 1e6
    times = {"p50": p50, "p99": p99, "processor_mean": spent / len(prefixes) / 1e6}
    return found, {name: round(float(value), 3) for name, value in times.items()}


def percent(found: Found) -> dict[str, float]:
    """HR@20 and MRR@20."""
    return {
        f"hr@{K}": round(100 * float(found.hit.mean()), 2),
        f"mrr@{K}": round(100 * float(found.reciprocal.mean()), 2),
    }


def tried(learnt: Learnt) -> dict[str, Any]:
    """The settings, and what else was tried of the neighbours', the best first."""
    return {
        "parameters": {"learning": asdict(LearnConfig()), "neighbours": _plain(learnt.trials[0].settings)},
        "trials": [{**percent(trial.found), "neighbours": _plain(trial.settings)} for trial in learnt.trials],
    }


def _plain(settings: Any) -> dict[str, Any]:
    return {name: None if value == math.inf else value for name, value in asdict(settings).items()}


def _table(path: Path, width: int, expected: str) -> pl.DataFrame:
    try:
        table = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InvalidValue(str(path), str(error).splitlines()[0], "a parquet file") from None
    if table.width < width:
        raise InvalidValue(str(path), f"{table.width} columns", expected)
    return table


def _lists(path: Path, column: pl.Series) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(offsets, values) of a column of lists of integers."""
    inner = column.dtype.inner if isinstance(column.dtype, pl.List) else None
    if inner is None or not inner.is_integer():
        raise InvalidValue(f"{path}: {column.name}", column.dtype, "lists of integers")
    lengths = column.list.len()
    values = column.explode(empty_as_null=False, keep_nulls=False)
    if lengths.null_count() or values.null_count():
        raise InvalidValue(f"{path}: {column.name}", "nulls", "lists of integers")
    offsets = np.concatenate([[0], lengths.to_numpy().astype(np.int64).cumsum()])
    return offsets, values.to_numpy().astype(np.int64)


def _places(values: NDArray[np.int64], ids: NDArray[np.int64]) -> NDArray[np.int64]:
    places = np.searchsorted(ids, values)
    places[places == len(ids)] = 0
    return np.where(ids[places] == values, places, -1)


if __name__ == "__main__":
    main()
