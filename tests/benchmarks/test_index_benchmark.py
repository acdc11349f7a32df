"""The index benchmark runs on any version."""

import json
from pathlib import Path

import pytest

from benchmarks.index import main
from embeddings.snapshot_builder import build_snapshot
from tests.embeddings.greengrocer import greengrocer, purchases_of


def test_it_prints_and_keeps_recall_and_times_of_both_kinds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    version = build_snapshot(greengrocer(), purchases_of(), tmp_path / "embeddings")
    main(["--snapshot", str(version), "--json", str(tmp_path / "index.json"), "--k", "3", "--queries", "4"])
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((tmp_path / "index.json").read_text())
    assert (printed["vectors"], printed["queries"]) == (5, 4)
    assert printed["exact"]["recall"] == printed["hnsw"]["recall"] == 1.0
    assert printed["hnsw"]["p50_ms"] > 0


def test_a_folder_that_is_no_version_is_said(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"manifest\.sha256: found no such file"):
        main(["--snapshot", str(tmp_path)])
