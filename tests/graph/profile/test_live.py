from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from graph import DAY, CustomerId, Instant, LoggedEvent, Position, ProductId
from graph.events.family import CustomerEvent, Event, ProductChanged
from graph.log.sqlite_log import SqliteEventLog
from graph.profile.fold import fold
from graph.profile.live import LiveProfiles
from graph.profile.stores.sqlite import SqliteProfiles
from graph.projection.catch_up import catch_up
from graph.projection.serving_projection import ServingProjection
from tests.graph.profile.features.small_table import table_of
from tests.graph.profile.some_events import ANN, NOON, histories, numbered, view

CUSTOMERS = [CustomerId(f"user:{number}") for number in range(4)]


def test_an_applied_event_shows_at_once_and_counts_once(tmp_path: Path) -> None:
    base = SqliteProfiles(tmp_path / "profiles.db")
    live = LiveProfiles(base)
    assert live.get(ANN) is None
    rows = numbered([view(1), view(2, "bread")])
    live.apply(rows[:1])
    assert live.get(ANN) == fold(None, ANN, rows[:1])
    live.apply(rows)
    assert live.get(ANN) == fold(None, ANN, rows)
    base.close()


def test_only_what_the_disk_has_caught_up_with_is_let_go(tmp_path: Path) -> None:
    base = SqliteProfiles(tmp_path / "profiles.db")
    worker = ServingProjection(base)
    live = LiveProfiles(base, max_clean=1)
    rows = numbered([view(number, customer=customer) for number, customer in enumerate(CUSTOMERS)])
    live.apply(rows)
    assert (live.settle(), len(live)) == (4, 4)
    worker.apply(rows[:3], Position("3"))
    assert (live.settle(), len(live)) == (1, 1)
    worker.apply(rows[3:], Position("4"))
    assert (live.settle(), len(live)) == (0, 0)
    assert [live.get(customer) for customer in CUSTOMERS] == [
        fold(None, customer, [row]) for customer, row in zip(CUSTOMERS, rows, strict=True)
    ]
    assert len(live) == 1, "of those read, at most max_clean stay"
    base.close()


@settings(deadline=None, max_examples=40)
@given(histories(erasures=True), st.data())
def test_server_and_worker_at_any_pace_count_every_event_once(events: list[CustomerEvent], data: st.DataObject) -> None:
    rows = numbered([replace(event, customer=data.draw(st.sampled_from(CUSTOMERS))) for event in events])
    by_customer = {customer: [row for row in rows if row.event.subject == customer] for customer in CUSTOMERS}
    with TemporaryDirectory() as folder:
        base, disk = SqliteProfiles(Path(folder) / "profiles.db"), SqliteProfiles(Path(folder) / "profiles.db")
        live, worker = LiveProfiles(base, max_clean=data.draw(st.integers(0, 3))), ServingProjection(disk)
        served = folded = 0
        while served < len(rows):
            step = data.draw(st.sampled_from(["serve", "fold", "look"]))
            if step == "serve":
                until = data.draw(st.integers(served + 1, len(rows)))
                live.apply(rows[served:until])
                served = until
            elif step == "fold" and folded < len(rows):  # the worker may be ahead of the server, or behind
                until = data.draw(st.integers(folded + 1, len(rows)))
                worker.apply(rows[folded:until], Position(str(until)))
                folded = until
            else:
                live.settle()
                live.get(data.draw(st.sampled_from(CUSTOMERS)))
        for customer in CUSTOMERS:
            expected = fold(None, customer, by_customer[customer]) if by_customer[customer] else None
            assert live.get(customer) == expected
        base.close()
        disk.close()


def test_a_server_started_behind_the_log_replays_the_tail(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "log.db")
    base = SqliteProfiles(tmp_path / "profiles.db")
    log.append([view(1), view(2, customer=CUSTOMERS[0])])
    catch_up(log, ServingProjection(base))
    tail: list[Event] = [
        view(3, "bread", NOON + 1),
        ProductChanged(id=view(4).id, source="shop", at=Instant(1), received=Instant(1), product=ProductId("milk")),
    ]
    log.append(tail)
    seen: list[LoggedEvent] = []

    def also(logged: Sequence[LoggedEvent]) -> None:
        seen.extend(logged)

    live = LiveProfiles(base)
    assert live.replay(log, also) == log.end()
    assert [row.event for row in seen] == tail
    everything = log.read(Position(""))[0]
    assert live.get(ANN) == fold(None, ANN, [row for row in everything if row.event.subject == ANN])
    log.close()
    base.close()


def test_products_have_no_profile(tmp_path: Path) -> None:
    base = SqliteProfiles(tmp_path / "profiles.db")
    live = LiveProfiles(base)
    change = ProductChanged(id=view(4).id, source="shop", at=Instant(1), received=Instant(1), product=ProductId("milk"))
    live.apply([LoggedEvent(1, change)])
    assert len(live) == 0
    base.close()


def test_the_features_of_a_table_are_live_and_the_same_on_disk(tmp_path: Path) -> None:
    table = table_of("  views: {kind: count, of: Viewed, windows: [24h, 7d]}")
    base = SqliteProfiles(tmp_path / "profiles.db")
    live = LiveProfiles(base, table=table)
    rows = numbered([view(1), view(2, at=NOON + 2 * DAY)])
    for row in rows:
        live.apply([row])
    ServingProjection(base, table=table).apply(rows, Position("2"))
    assert live.get(ANN) == base.read(ANN) == fold(None, ANN, rows, table)
    assert live.settle() == 0
    base.close()
