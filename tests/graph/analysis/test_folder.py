"""The folder of analyses: what is written is read, what is half written never."""

import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from graph import FileBroken, Instant, Position, Product, ProductId, SchemaTooNew
from graph.analysis import AnalysisFolder, GraphAnalysis, analyse
from graph.analysis.files import MANIFEST, open_analysis, write_analysis
from graph.analysis.strongest import StrongestEdges
from tests.graph.analysis.shopping import bought, checkerboard, edges_of


def analysed() -> GraphAnalysis:
    edges = checkerboard()
    catalogue = [Product(id=ProductId(product), department=product[:2]) for product in edges.targets]
    return analyse(edges, catalogue, Position("17"), Instant(5))


def assert_same(one: GraphAnalysis, other: GraphAnalysis) -> None:
    for field in fields(GraphAnalysis):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if isinstance(mine, StrongestEdges):
            assert all(np.array_equal(getattr(mine, part), getattr(theirs, part)) for part in vars(mine))
        elif isinstance(mine, np.ndarray):
            assert mine.dtype == theirs.dtype
            assert np.array_equal(mine, theirs)
        else:
            assert mine == theirs


@pytest.fixture
def folder(tmp_path: Path) -> AnalysisFolder:
    return AnalysisFolder(tmp_path / "analysis")


def test_nothing_is_latest_before_the_first(folder: AnalysisFolder) -> None:
    assert folder.latest() is None


@pytest.mark.parametrize(
    "analysis",
    [
        analysed(),
        analyse(edges_of(bought("user:Žofie", "čaj 🍵")), [], Position("1"), Instant(1)),
        analyse(edges_of([]), [], Position(""), Instant(0)),
    ],
    ids=["shop", "one pair", "nothing"],
)
def test_what_is_published_is_read(folder: AnalysisFolder, analysis: GraphAnalysis) -> None:
    folder.publish(analysis)
    found = AnalysisFolder(folder.folder).latest()
    assert found is not None
    assert_same(found, analysis)
    assert not found.degree.flags.writeable


def test_a_newer_one_is_seen_and_the_old_one_stays_whole(folder: AnalysisFolder) -> None:
    reader = AnalysisFolder(folder.folder)
    analysis = analysed()
    folder.publish(analysis)
    first = reader.latest()
    assert first is not None
    assert reader.latest() is first
    for number in range(2, 6):
        folder.publish(replace(analysis, position=Position(str(number))))
    newest = reader.latest()
    assert newest is not None
    assert newest.position == "5"
    assert_same(first, analysis)
    assert [path.name for path in folder.folder.iterdir() if path.is_dir()] == ["a000005"]


def test_a_changed_byte_is_refused_and_what_was_open_stays(
    folder: AnalysisFolder, caplog: pytest.LogCaptureFixture
) -> None:
    analysis = analysed()
    folder.publish(analysis)
    first = folder.latest()
    writer = AnalysisFolder(folder.folder)
    writer.publish(analysis)
    path = folder.folder / "a000002" / "degree.npy"
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert folder.latest() is first
    assert folder.latest() is first
    (said,) = caplog.messages
    assert "degree.npy: found sha256" in said
    writer.publish(replace(analysis, position=Position("18")))
    healed = folder.latest()
    assert healed is not None
    assert healed.position == "18"


def test_each_missing_file_is_named(tmp_path: Path) -> None:
    write_analysis(analysed(), tmp_path)
    for path in sorted(tmp_path.iterdir()):
        content = path.read_bytes()
        path.unlink()
        with pytest.raises(FileBroken, match=f"{path.name}: found no such file"):
            open_analysis(tmp_path)
        path.write_bytes(content)
    assert_same(open_analysis(tmp_path), analysed())


def test_one_of_a_later_release_is_refused(folder: AnalysisFolder, caplog: pytest.LogCaptureFixture) -> None:
    folder.publish(analysed())
    path = folder.folder / "a000001" / MANIFEST
    manifest = msgspec.json.decode(path.read_bytes())
    path.write_bytes(msgspec.json.encode({"schema": 2, "shape": "unheard of", "position": manifest["position"]}))
    with pytest.raises(SchemaTooNew, match="schema: got 2, expected 1 or less"):
        open_analysis(path.parent)
    assert folder.latest() is None
    assert "it is of a later Patron" in caplog.text


def test_kill_9_of_the_publisher_25_times_leaves_no_half_written_one(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.graph.analysis.crash_publisher", str(tmp_path)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=300,
    )
    acknowledged, found = zip(*(map(int, line.split()) for line in done.stdout.splitlines()), strict=True)
    assert len(found) == 25, done.stderr
    assert all(last <= latest < last + 2 for last, latest in zip(acknowledged, found, strict=True))


def test_what_a_dead_publisher_left_is_in_nobodys_way(folder: AnalysisFolder) -> None:
    analysis = analysed()
    folder.publish(analysis)
    write_analysis(replace(analysis, position=Position("half")), _made(folder.folder / ".writing"))
    write_analysis(replace(analysis, position=Position("unnamed")), _made(folder.folder / "a000007"))
    found = AnalysisFolder(folder.folder).latest()
    assert found is not None
    assert found.position == "17"
    folder.publish(replace(analysis, position=Position("18")))
    found = folder.latest()
    assert found is not None
    assert found.position == "18"
    assert [path.name for path in folder.folder.iterdir() if path.is_dir()] == ["a000008"]


def _made(path: Path) -> Path:
    path.mkdir()
    return path
