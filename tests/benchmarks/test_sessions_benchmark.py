"""The sessions benchmark on two small files."""

import json
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from benchmarks import sessions as benchmark
from graph import InvalidValue
from tests.embeddings.sessions.ways import NUM_PRODUCTS, ways

LISTS = pl.List(pl.Int32)


def write_train(path: Path, sessions: list[list[int]]) -> Path:
    pl.DataFrame({"items": sessions}, schema={"items": LISTS}).write_parquet(path)
    return path


def write_test(path: Path, rows: list[tuple[list[int], int]]) -> Path:
    columns = {"prefix": [prefix for prefix, _ in rows], "label": [label for _, label in rows]}
    pl.DataFrame(columns, schema={"prefix": LISTS, "label": pl.Int32}).write_parquet(path)
    return path


def test_it_finds_the_next_door_and_nothing_that_training_never_met(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    past = ways(300)
    sessions = [(past.products[past.offsets[i] : past.offsets[i + 1]] + 1000).tolist() for i in range(len(past))]
    train = write_train(tmp_path / "train.parquet", sessions)
    asked = [([1000, 1001], 1002), ([1006], 1007), ([1011, 1012, 1013], 1014), ([1000], 5), ([3], 1001)]
    test = write_test(tmp_path / "test.parquet", asked)
    out = tmp_path / "answer.json"
    benchmark.main(["--train", str(train), "--test", str(test), "--seconds", "0.01", "--json", str(out)])
    told = json.loads(out.read_text())
    assert json.loads(capsys.readouterr().out) == told
    assert told["train"] == {"sessions": 300, "clicks": 1200, "items": NUM_PRODUCTS}
    assert told["test"] == {"rows": 5, "judged": 5, "next_unknown": 1}
    assert told["hr@20"] == 60.0  # three of five: one next is unknown, one session has nothing that is known
    assert 0 < told["mrr@20"] <= 60.0
    assert told["milliseconds_an_answer"]["p50"] <= told["milliseconds_an_answer"]["p99"]


def test_a_file_that_is_no_sessions_says_what_was_expected(tmp_path: Path) -> None:
    pl.DataFrame({"items": [1, 2]}).write_parquet(tmp_path / "flat.parquet")
    with pytest.raises(InvalidValue, match=r"flat\.parquet: items: got .*Int64.*expected lists of integers"):
        benchmark.train_sessions(tmp_path / "flat.parquet")
    pl.DataFrame({"items": [[1], None]}).write_parquet(tmp_path / "null.parquet")
    with pytest.raises(InvalidValue, match=r"null\.parquet: items: got .*nulls"):
        benchmark.train_sessions(tmp_path / "null.parquet")
    with pytest.raises(InvalidValue, match=r"none\.parquet: got .*no items.*expected at least one session"):
        benchmark.train_sessions(write_train(tmp_path / "none.parquet", []))
    ids, _ = benchmark.train_sessions(write_train(tmp_path / "train.parquet", [[7, 9], [9]]))
    with pytest.raises(InvalidValue, match=r"train\.parquet: got .*1 columns.*expected a column of lists"):
        benchmark.test_prefixes(tmp_path / "train.parquet", ids)
    with pytest.raises(InvalidValue, match=r"empty\.parquet: got .*no rows"):
        benchmark.test_prefixes(write_test(tmp_path / "empty.parquet", []), ids)
    pl.DataFrame({"prefix": [[7]], "label": ["9"]}).write_parquet(tmp_path / "text.parquet")
    with pytest.raises(InvalidValue, match=r"text\.parquet: label: got .*String.*expected integers"):
        benchmark.test_prefixes(tmp_path / "text.parquet", ids)


def test_ids_become_places_and_unknown_ones_are_marked(tmp_path: Path) -> None:
    ids, sessions = benchmark.train_sessions(write_train(tmp_path / "train.parquet", [[9, 7], [], [9]]))
    assert (ids.tolist(), sessions.products.tolist(), sessions.offsets.tolist()) == ([7, 9], [1, 0, 1], [0, 2, 2, 3])
    prefixes = benchmark.test_prefixes(write_test(tmp_path / "test.parquet", [([9, 8], 7), ([], 10)]), ids)
    assert [(products.tolist(), following) for products, following in prefixes] == [([1, -1], 0), ([], -1)]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--seconds", "nan"], "seconds: got nan, expected a finite number above 0"),
        (["--most", "0"], "most: got 0, expected an integer of 1 or more"),
        (["--train", "nowhere.parquet"], "nowhere.parquet: got"),
        (["--train", __file__], "expected a parquet file"),
        ([], "sessions: got 1, expected three or more, so that some can be held out"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(tmp_path: Path, given: list[str], told: str) -> None:
    train = write_train(tmp_path / "train.parquet", [[1, 2]])
    test = write_test(tmp_path / "test.parquet", [([1], 2)])
    with pytest.raises(SystemExit, match=re.escape(told)):
        benchmark.main(["--train", str(train), "--test", str(test), *given])


def test_it_runs_by_its_path_too() -> None:
    asked = [sys.executable, str(Path(benchmark.__file__)), "--help"]
    ended = subprocess.run(asked, check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert "benchmarks.sessions" in ended.stdout
