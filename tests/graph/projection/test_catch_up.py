import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from graph import START, CustomerId, LoggedEvent, Position, ProductId
from graph.events.family import Event
from graph.log.sqlite_log import SqliteEventLog
from graph.profile.stores.sqlite import SqliteProfiles
from graph.projection.catch_up import catch_up
from graph.projection.serving_projection import ServingProjection
from tests.graph.profile.some_events import ANN, numbered, view


class Kept:
    """A projection that keeps what it was given."""

    def __init__(self) -> None:
        self.batches: list[list[LoggedEvent]] = []
        self.reached = START

    def position(self) -> Position:
        return self.reached

    def apply(self, logged: Sequence[LoggedEvent], position: Position) -> None:
        self.batches.append(list(logged))
        self.reached = position


def test_it_reads_to_the_end_in_batches_and_says_how_it_goes(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "log.db")
    log.append([view(number) for number in range(25)])
    kept = Kept()
    heard: list[int] = []
    assert catch_up(log, kept, batch=10, progress=heard.append) == log.end() == kept.reached
    assert heard == [len(batch) for batch in kept.batches] == [10, 10, 5]
    assert [row.event.id for batch in kept.batches for row in batch] == [f"e{number}" for number in range(25)]
    log.close()


def test_it_goes_on_where_the_store_stands(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "log.db")
    kept = Kept()
    assert catch_up(log, kept) == START
    log.append([view(1)])
    catch_up(log, kept)
    log.append([view(2)])
    catch_up(log, kept)
    catch_up(log, kept)
    assert [[row.event.id for row in batch] for batch in kept.batches] == [["e1"], ["e2"]]
    log.close()


def household_events(count: int) -> list[Event]:
    return [view(number, f"p{number % 7}", customer=CustomerId(f"user:{number % 13}")) for number in range(count)]


_KILLED_WORKERS = """
import random, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from graph.log.sqlite_log import SqliteEventLog
from graph.profile.stores.sqlite import SqliteProfiles
from graph.projection.catch_up import catch_up
from graph.projection.serving_projection import ServingProjection
from tests.graph.killed import killed_at_random

folder = Path(sys.argv[1])

def work(number, report):
    log, profiles = SqliteEventLog(folder / "log.db"), SqliteProfiles(folder / "profiles.db")
    report.write("started\\n")
    catch_up(log, ServingProjection(profiles), batch=1, progress=lambda events: report.write(f"{events}\\n"))
    report.write("done\\n")

print(*killed_at_random(work, rounds=12, longest=0.05, rng=random.Random(3)), sep="\\n")
"""


def test_killed_at_any_moment_it_ends_as_if_it_had_never_been(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "log.db")
    log.append(household_events(9000))  # a commit each: far more than the rounds can get through
    log.close()
    done = subprocess.run(
        [sys.executable, "-c", _KILLED_WORKERS, str(tmp_path), str(Path(__file__).parents[3])],
        capture_output=True,
        text=True,
        timeout=60,
    )
    reports = done.stdout.split()
    assert reports.count("started") == 12, done.stderr
    assert "done" not in reports, "every round was killed on its way"
    log = SqliteEventLog(tmp_path / "log.db")
    killed, whole = SqliteProfiles(tmp_path / "profiles.db"), SqliteProfiles(tmp_path / "whole.db")
    assert killed.position() not in (START, log.end())
    catch_up(log, ServingProjection(killed))
    catch_up(log, ServingProjection(whole))
    customers = [CustomerId(f"user:{number}") for number in range(13)]
    assert [killed.read(customer) for customer in customers] == [whole.read(customer) for customer in customers]
    assert killed.position() == whole.position() == log.end()
    log.close()
    killed.close()
    whole.close()


def test_a_profile_of_it_holds_every_event(tmp_path: Path) -> None:
    log, profiles = SqliteEventLog(tmp_path / "log.db"), SqliteProfiles(tmp_path / "profiles.db")
    log.append([row.event for row in numbered([view(1, "milk"), view(2, "bread")])])
    catch_up(log, ServingProjection(profiles), batch=1)
    profile = profiles.read(ANN)
    assert profile is not None
    assert [row.product for row in profile.recent] == [
        ProductId("milk"),
        ProductId("bread"),
    ]
    log.close()
    profiles.close()
