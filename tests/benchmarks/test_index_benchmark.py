"""The index benchmark runs on any version."""

import json
from pathlib import Path

import pytest

from benchmarks.index import main
from embeddings.snapshot.builder import build_snapshot
from tests.embeddings.greengrocer import greengrocer, purchases_of


def test_it_prints_and_keeps_recall_and_times_with_and_without_filters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    version = build_snapshot(greengrocer(), purchases_of(), tmp_path / "embeddings")
    asked = ["--k", "3", "--queries", "4", "--sizes", "5,400", "--kinds", "sketch,hnsw"]
    main(["--snapshot", str(version), "--json", str(tmp_path / "index.json"), *asked])
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((tmp_path / "index.json").read_text())
    assert (printed["trained_vectors"], printed["queries"], set(printed["sizes"])) == (5, 4, {"5", "400"})
    for sized in printed["sizes"].values():
        assert sized["unfiltered"]["exact"]["recall"] == 1.0
        assert sized["unfiltered"]["exact"]["p50_ms"] > 0
        assert set(sized["unfiltered"]) == {"exact", "sketch", "hnsw"}
        assert all(kind["build_seconds"] >= 0 for kind in sized["unfiltered"].values())
    for name, share in (("50 %: price", 0.5), ("50 %: region", 0.5), ("10 %: region", 0.1)):
        filtered = printed["sizes"]["400"]["filtered"][name]
        assert filtered["selectivity"] == pytest.approx(share, abs=0.1)
        assert set(filtered) == {"selectivity", "chosen", "exact", "sketch", "hnsw"}
        assert filtered["exact"]["recall"] == 1.0


def test_a_folder_that_is_no_version_is_said(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"manifest\.sha256: found no such file"):
        main(["--snapshot", str(tmp_path)])
