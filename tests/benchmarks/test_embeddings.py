"""The embeddings benchmark on two small files: its figures are what another program computes from what it writes."""

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks import embeddings as benchmark
from graph import InvalidValue


def test_another_program_computes_the_same_figures_from_what_it_writes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(0)
    pairs = np.array([(c, 30 * (c // 40) + int(p)) for c in range(80) for p in rng.permutation(30)[:12]])
    held = rng.random(len(pairs)) < 0.2
    for name, part in (("train", pairs[~held]), ("test", np.vstack([pairs[held], [[200, 3], [0, 99]]]))):
        pl.DataFrame({"user": part[:, 0], "item": part[:, 1]}).write_parquet(tmp_path / f"{name}.parquet")
    out, answer = tmp_path / "out", tmp_path / "answer.json"
    arguments = ["--train", str(tmp_path / "train.parquet"), "--test", str(tmp_path / "test.parquet")]
    benchmark.main([*arguments, "--seconds", "0.01", "--dim", "8", "--out", str(out), "--json", str(answer)])
    told = json.loads(answer.read_text())
    assert json.loads(capsys.readouterr().out) == told

    customers, products = np.load(out / "customers.npy"), np.load(out / "products.npy")
    customer_vector = runpy.run_path(str(out / "customer_vector.py"))["customer_vector"]
    recalls, seen = [], {}
    for user in {*pairs[held][:, 0].tolist(), 0}:
        seen[user] = pairs[~held & (pairs[:, 0] == user)][:, 1]
        assert customer_vector(seen[user]) == pytest.approx(customers[user], abs=1e-5)
        scores = products @ customers[user]
        scores[seen[user]] = -np.inf
        wanted = {*pairs[held & (pairs[:, 0] == user)][:, 1].tolist(), *([99] if user == 0 else [])}
        recalls.append(len(wanted & set(np.argsort(-scores, kind="stable")[:20].tolist())) / len(wanted))
    assert told["recall@20"] == pytest.approx(sum(recalls) / (len(recalls) + 1), abs=1e-5)  # user 200 is found nothing
    assert told["dim"] == customers.shape[1] <= 8
    assert told["test"]["users"] == len(recalls) + 1


def test_a_file_that_is_no_pairs_says_what_was_expected(tmp_path: Path) -> None:
    pl.DataFrame({"user": ["a"], "item": [1]}).write_parquet(tmp_path / "text.parquet")
    with pytest.raises(InvalidValue, match=r"user: got .*String.*expected integers"):
        benchmark.pairs(tmp_path / "text.parquet")
    (tmp_path / "notes.parquet").write_text("no table")
    for name in ("notes.parquet", "nowhere.parquet"):
        with pytest.raises(InvalidValue, match=rf"{name}: got .*expected a parquet file that can be read"):
            benchmark.pairs(tmp_path / name)
    pl.DataFrame({"user": [1]}).write_parquet(tmp_path / "one.parquet")
    with pytest.raises(InvalidValue, match="two: user and item"):
        benchmark.pairs(tmp_path / "one.parquet")
    pl.DataFrame(schema={"user": pl.Int64, "item": pl.Int64}).write_parquet(tmp_path / "none.parquet")
    with pytest.raises(InvalidValue, match=r"none.parquet: got .*no rows.*expected at least one pair"):
        benchmark.pairs(tmp_path / "none.parquet")


def test_columns_of_those_names_are_taken_wherever_they_stand(tmp_path: Path) -> None:
    pl.DataFrame({"when": [5], "item": [7], "user": [3]}).write_parquet(tmp_path / "named.parquet")
    pl.DataFrame({"a": [3], "b": [7]}).write_parquet(tmp_path / "other.parquet")
    for name in ("named", "other"):
        assert [column.tolist() for column in benchmark.pairs(tmp_path / f"{name}.parquet")] == [[3], [7]]


def test_results_that_cannot_be_written_are_refused_before_an_hour_of_learning(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    benchmark.made_room(tmp_path / "new" / "out", tmp_path / "told" / "o.json")
    assert (tmp_path / "new" / "out").is_dir() and (tmp_path / "told").is_dir()
    with pytest.raises(InvalidValue, match=r"--out: got .*expected a folder that can be made"):
        benchmark.made_room(tmp_path / "file", None)
    with pytest.raises(InvalidValue, match=r"--json: got .*expected a folder that can be made"):
        benchmark.made_room(None, tmp_path / "file" / "o.json")
    with pytest.raises(InvalidValue, match=r"--json: got .*expected the path of a file"):
        benchmark.made_room(None, tmp_path / "told")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--seconds", "inf"], "seconds: got inf, expected a finite number above 0"),
        (["--dim", "0"], "dim: got 0, expected an integer of 1 or more"),
        (["--out", "out"], "expected at most 100,000,000, since a row of what --out writes is an id"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line_before_anything_is_learnt(
    tmp_path: Path, given: list[str], told: str
) -> None:
    pl.DataFrame({"user": [0, 0, 1, 1], "item": [0, 10**12, 0, 1]}).write_parquet(tmp_path / "pairs.parquet")
    with pytest.raises(SystemExit, match=re.escape(told)):
        benchmark.main(["--train", str(tmp_path / "pairs.parquet"), "--test", str(tmp_path / "pairs.parquet"), *given])
    assert not Path("out").exists()


@pytest.mark.parametrize("name", ["embeddings", "index", "evaluate", "cold_start", "scale", "serving", "hot_swap"])
def test_a_benchmark_runs_by_its_path_too(name: str) -> None:
    asked = [sys.executable, str(Path(__file__).parents[2] / "benchmarks" / f"{name}.py"), "--help"]
    ended = subprocess.run(asked, check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert f"benchmarks.{name}" in ended.stdout
