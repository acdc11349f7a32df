import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graph import START, CustomerId, Position, StoreUnavailable
from graph.log.log_file import LogFile
from graph.log.sqlite_log import SqliteEventLog
from graph.profile.profile import Profile
from graph.profile.stores.sqlite import SqliteProfiles
from graph.profile.stores.valkey.store import ValkeyProfiles
from graph.projection import rebuilding
from graph.projection.catch_up import catch_up
from graph.projection.graph_projection import GraphProjection
from graph.projection.rebuilding import rebuild_graph_file, rebuild_profiles, rebuild_profiles_server
from graph.projection.serving_projection import ServingProjection
from graph.stores.sqlite import SqliteGraph
from tests.graph.log.event_log_contract import ANN, BOB, erased, everything, order, view

CUSTOMERS = [ANN, BOB, *(CustomerId(f"user:{number}") for number in range(20))]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[LogFile]:
    """A log with graph.db and profiles.db beside it, both brought up in many batches."""
    with closing(SqliteEventLog(tmp_path / "log.db")) as log:
        log.append([view(number, CUSTOMERS[number % len(CUSTOMERS)]) for number in range(400)])
        log.append([order("o1", "1", ["milk#1"]), order("o2", "2", ["milk#1"], BOB), erased("x", 500), view(600)])
        with closing(SqliteGraph(tmp_path / "graph.db")) as graph:
            catch_up(log, GraphProjection(graph), batch=37)
        with closing(SqliteProfiles(tmp_path / "profiles.db")) as profiles:
            catch_up(log, ServingProjection(profiles), batch=41)
    with closing(LogFile(tmp_path / "log.db")) as reader:
        yield reader


def profiles_of(path: Path) -> list[object]:
    with closing(SqliteProfiles(path)) as profiles:
        return [profiles.position(), *(profiles.read(customer) for customer in CUSTOMERS), *profiles.products()]


def graph_of(path: Path) -> list[object]:
    with closing(SqliteGraph(path)) as graph:
        return [graph.position(), *graph.export()]


def test_what_is_made_anew_equals_what_it_replaces(log: LogFile, tmp_path: Path) -> None:
    before = profiles_of(tmp_path / "profiles.db"), graph_of(tmp_path / "graph.db")
    made = rebuild_profiles(log, tmp_path / "profiles.db"), rebuild_graph_file(log, tmp_path / "graph.db")
    assert [one.resumed for one in made] == [False, False] and made[0].position == log.end() == made[1].position
    assert (profiles_of(tmp_path / "profiles.db"), graph_of(tmp_path / "graph.db")) == before
    assert not list(tmp_path.glob("*rebuilding*"))


def test_what_was_missing_or_broken_is_made(log: LogFile, tmp_path: Path) -> None:
    before = profiles_of(tmp_path / "profiles.db"), graph_of(tmp_path / "graph.db")
    (tmp_path / "profiles.db").write_bytes(b"no database at all" * 1000)
    (tmp_path / "profiles.db-wal").write_bytes(b"nor this" * 1000)
    (tmp_path / "graph.db").unlink()
    rebuild_profiles(log, tmp_path / "profiles.db")
    rebuild_graph_file(log, tmp_path / "graph.db")
    assert (profiles_of(tmp_path / "profiles.db"), graph_of(tmp_path / "graph.db")) == before


def test_a_file_that_another_process_has_open_is_left_alone(log: LogFile, tmp_path: Path) -> None:
    with closing(SqliteProfiles(tmp_path / "profiles.db")) as profiles:
        assert profiles.position() == log.end()
        with pytest.raises(StoreUnavailable, match="open in another process"):
            rebuild_profiles(log, tmp_path / "profiles.db")
        assert profiles.read(BOB) is not None
    rebuild_profiles(log, tmp_path / "profiles.db")


def test_the_beginning_of_another_log_is_begun_anew(log: LogFile, tmp_path: Path) -> None:
    before = profiles_of(tmp_path / "profiles.db")
    with closing(SqliteProfiles(tmp_path / "profiles.db.rebuilding")) as strange:
        strange.write([], [], Position("999999"))
    assert not rebuild_profiles(log, tmp_path / "profiles.db").resumed
    assert profiles_of(tmp_path / "profiles.db") == before


def test_one_that_was_stopped_goes_on_where_it_was(
    log: LogFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = profiles_of(tmp_path / "profiles.db")
    monkeypatch.setattr(rebuilding, "BATCH", 100)
    with pytest.raises(InterruptedError):
        rebuild_profiles(log, tmp_path / "profiles.db", _stop)
    made = rebuild_profiles(log, tmp_path / "profiles.db")
    assert made.resumed and 0 < made.events <= len(everything(log)) - 100
    assert profiles_of(tmp_path / "profiles.db") == before


def _stop(events: int) -> None:
    raise InterruptedError


_KILLED = """
import random, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import graph.projection.rebuilding as rebuilding
from graph.log.log_file import LogFile
from tests.graph.killed import killed_at_random
rebuilding.BATCH = 20
folder = Path(sys.argv[1])

def rebuild(number, report):
    log = LogFile(folder / "log.db")
    report.write("begun\\n")
    for work, name in ((rebuilding.rebuild_profiles, "profiles.db"), (rebuilding.rebuild_graph_file, "graph.db")):
        made = work(log, folder / name, lambda events: report.write(f"{name} {events}\\n"))
        report.write(f"{name} whole, resumed: {made.resumed}\\n")

print(*killed_at_random(rebuild, rounds=12, longest=0.2, rng=random.Random(3)), sep="\\n")
"""


def test_killed_at_any_moment_it_goes_on_and_the_files_are_always_whole(log: LogFile, tmp_path: Path) -> None:
    before = profiles_of(tmp_path / "profiles.db"), graph_of(tmp_path / "graph.db")
    root = str(Path(__file__).parents[3])
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(tmp_path), root], capture_output=True, text=True, timeout=100
    )
    assert done.stdout.count("begun") == 12, done.stdout + done.stderr
    assert (profiles_of(tmp_path / "profiles.db"), graph_of(tmp_path / "graph.db")) == before
    rebuild_profiles(log, tmp_path / "profiles.db")
    rebuild_graph_file(log, tmp_path / "graph.db")
    assert (profiles_of(tmp_path / "profiles.db"), graph_of(tmp_path / "graph.db")) == before


@pytest.fixture
def shared(shared_valkey: str) -> Iterator[ValkeyProfiles]:
    """Profiles in a Valkey that somebody spoilt; its prefix would match others if it were taken for a pattern."""
    with closing(ValkeyProfiles(shared_valkey, prefix="re[a-z]uilt?*")) as profiles:
        profiles.write([Profile(customer=ANN, seq=2**40, counts={"Viewed": 99})], [], Position("7"))
        profiles.write([Profile(customer=CustomerId("user:of nobody"), seq=3)], [], Position("7"))
        yield profiles


def held(profiles: ValkeyProfiles) -> list[object]:
    return [profiles.position(), *(profiles.read(customer) for customer in CUSTOMERS), *profiles.products()]


def test_profiles_on_a_server_are_those_of_the_log_and_no_others(
    log: LogFile, shared: ValkeyProfiles, shared_valkey: str, tmp_path: Path
) -> None:
    with closing(ValkeyProfiles(shared_valkey, prefix="rebuilt")) as others:
        others.write([Profile(customer=BOB, seq=1)], [], Position("1"))
        copied: list[tuple[str, int, int]] = []
        made = rebuild_profiles_server(log, shared, tmp_path / "other.db", copied=lambda *said: copied.append(said))
        assert held(shared) == profiles_of(tmp_path / "profiles.db") and made.position == log.end()
        assert shared.read(CustomerId("user:of nobody")) is None
        assert others.read(BOB) == Profile(customer=BOB, seq=1) and others.position() == Position("1")
    assert copied[-1][1] == copied[-1][2] > 0 and not list(tmp_path.glob("*rebuilding*"))


def test_a_copy_to_a_server_that_was_stopped_stands_at_the_start_and_is_made_by_the_next_call(
    log: LogFile, shared: ValkeyProfiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "COPIED", 5)

    def stop(what: str, done: int, total: int) -> None:
        if done >= 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild_profiles_server(log, shared, tmp_path / "other.db", copied=stop)
    assert shared.position() == START
    again = rebuild_profiles_server(log, shared, tmp_path / "other.db")
    assert again.resumed and held(shared) == profiles_of(tmp_path / "profiles.db")
