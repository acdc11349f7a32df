import random
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import valkey

from graph import CustomerId, InvalidValue, Position, Profile, StoreUnavailable
from graph.events.family import Identified
from graph.log.sqlite_log import SqliteEventLog
from graph.profile.fold import fold
from graph.profile.live import LiveProfiles
from graph.profile.stores.opening import open_profiles
from graph.profile.stores.valkey.link import check_address, shown_address
from graph.profile.stores.valkey.store import ValkeyProfiles
from graph.projection.catch_up import catch_up
from graph.projection.serving_projection import ServingProjection
from tests.graph.profile.some_events import ANN, named, numbered, view
from tests.valkey_server import ValkeyServer

BEN = CustomerId("user:ben")
DEVICE = CustomerId("anon:device")
_numbers = count()


@pytest.fixture
def store(shared_valkey: str) -> Iterator[ValkeyProfiles]:
    with closing(ValkeyProfiles(shared_valkey, prefix=f"one-{next(_numbers)}", visitor_days=0.3 / 86_400)) as opened:
        yield opened


def quick(server: ValkeyServer) -> ValkeyProfiles:
    return ValkeyProfiles(server.address, timeout_seconds=0.1, probe_seconds=0.02)


def wait_for(store: ValkeyProfiles) -> Position:
    ends = time.monotonic() + 20
    while True:
        try:
            return store.position()
        except StoreUnavailable:
            assert time.monotonic() < ends
            time.sleep(0.01)


def test_a_visitor_is_forgotten_after_a_while_and_a_customer_is_not(store: ValkeyProfiles) -> None:
    store.write([Profile(customer=DEVICE, seq=1), Profile(customer=ANN, seq=2)], [], Position("2"))
    assert store.seqs([DEVICE, ANN]) == {DEVICE: 1, ANN: 2}
    time.sleep(0.4)
    assert store.seqs([DEVICE, ANN]) == {ANN: 2}
    store.write([Profile(customer=DEVICE, seq=3)], [], Position("3"))
    assert store.read(DEVICE) == Profile(customer=DEVICE, seq=3)


def test_a_visitor_linked_to_a_customer_stays(store: ValkeyProfiles) -> None:
    linked = fold(None, ANN, numbered([Identified(**named(1, anonymous=DEVICE))]))
    device = fold(None, DEVICE, numbered([view(2, customer=DEVICE)]))
    store.write([device, linked], [], Position("2"))
    time.sleep(0.4)
    assert store.read(DEVICE) == device
    later = fold(device, DEVICE, numbered([view(3, customer=DEVICE)], start=3))
    store.write([later], [], Position("3"))
    time.sleep(0.4)
    assert store.read(DEVICE) == later


def test_deployments_of_other_prefixes_do_not_meet(shared_valkey: str) -> None:
    with closing(ValkeyProfiles(shared_valkey, prefix="a")) as one, closing(ValkeyProfiles(shared_valkey)) as other:
        one.write([Profile(customer=ANN, seq=1)], [], Position("1"))
        assert other.read(ANN) is None and other.position() == ""


def test_all_keys_of_a_deployment_are_in_one_slot_of_a_cluster(shared_valkey: str) -> None:
    with closing(ValkeyProfiles(shared_valkey, prefix="slots")) as store:
        store.write([Profile(customer=ANN, seq=1)], [], Position("1"))
    with closing(valkey.Valkey.from_url(shared_valkey)) as client:
        keys: Any = client.keys("*slots*")
    assert {key[:8] for key in keys} == {b"{slots}:"}


def test_a_server_that_hangs_costs_one_wait_and_then_none(valkey_server: ValkeyServer) -> None:
    with closing(quick(valkey_server)) as store:
        store.write([Profile(customer=ANN, seq=1)], [], Position("1"))
        valkey_server.pause()
        began = time.perf_counter()
        with pytest.raises(StoreUnavailable, match="is away"):
            store.read(ANN)
        assert time.perf_counter() - began < 1
        began = time.perf_counter()
        for _ in range(100):
            with pytest.raises(StoreUnavailable, match="is away"):
                store.read(ANN)
        assert time.perf_counter() - began < 0.1
        valkey_server.resume()
        assert wait_for(store) == "1"
        assert store.read(ANN) == Profile(customer=ANN, seq=1) and store.lives == 0


def test_events_that_came_while_it_was_away_count_once_it_is_back(valkey_server: ValkeyServer, tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "log.db")
    with closing(quick(valkey_server)) as store:
        live = LiveProfiles(store)
        log.append([view(1), view(2, customer=BEN)])
        catch_up(log, ServingProjection(store))
        valkey_server.kill()
        live.apply([entry.logged for entry in log.append([view(3, "bread")]) if entry.logged])
        for customer in (ANN, BEN):
            with pytest.raises(StoreUnavailable):
                live.get(customer)
        valkey_server.start()
        wait_for(store)
        with pytest.raises(StoreUnavailable, match="not yet up with the log"):
            live.get(ANN)
        for _ in live.recover(log):
            live.apply([entry.logged for entry in log.append([view(9, "eggs")]) if entry.logged])
        rows = log.read(Position(""))[0]
        assert live.get(ANN) == fold(None, ANN, [row for row in rows if row.event.subject == ANN])
        assert live.get(BEN) == fold(None, BEN, [row for row in rows if row.event.subject == BEN])
        assert not live.behind, "all is as if nothing had been"
    log.close()


def test_a_crash_that_loses_the_end_loses_no_event_for_good(valkey_server: ValkeyServer, tmp_path: Path) -> None:
    rng = random.Random(9)
    customers = [ANN, BEN, DEVICE]
    log = SqliteEventLog(tmp_path / "log.db")
    with closing(quick(valkey_server)) as worker_store, closing(quick(valkey_server)) as store:
        live, number = LiveProfiles(store, max_clean=2), 0
        for _ in range(6):
            kept = 0
            for _ in range(4):
                kept = kept or (rng.random() < 0.4) * valkey_server.file().stat().st_size
                events = [view(number + place, f"p{number % 7}", customer=rng.choice(customers)) for place in range(3)]
                number += 3
                live.apply([entry.logged for entry in log.append([*events]) if entry.logged])
                catch_up(log, ServingProjection(worker_store))
                live.settle()
            assert len(live) <= 2, "all is in the store, and only some in memory"
            size = valkey_server.file().stat().st_size
            valkey_server.kill_and_lose(rng.randint(kept, size))
            valkey_server.start()
            wait_for(store), wait_for(worker_store)
            rows = log.read(Position(""))[0]
            expected = {who: fold(None, who, [row for row in rows if row.event.subject == who]) for who in customers}
            try:
                seen = {who: live.get(who) for who in customers}
            except StoreUnavailable:
                for _ in live.recover(log):
                    pass
                seen = {who: live.get(who) for who in customers}
            assert seen == expected
            catch_up(log, ServingProjection(worker_store))
            assert store.read_all(customers) == expected
    log.close()


@pytest.mark.parametrize("address", ["redis://", "http://h:1", "redis://h:many", "redis://h/x", "unix://", "host:6379"])
def test_an_address_of_no_server_is_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match=r"PATRON_PROFILES: got .*expected redis://"):
        open_profiles(tmp_path / "profiles.db", address)


def test_a_password_is_never_shown() -> None:
    assert shown_address("redis://ann:secret@h:1/0?password=more") == "redis://ann@h:1/0"
    with pytest.raises(InvalidValue) as refused:
        check_address("http://ann:secret@h/0")
    assert "secret" not in str(refused.value)


def test_a_file_is_opened_where_no_server_is_named(tmp_path: Path) -> None:
    with closing(open_profiles(tmp_path / "profiles.db")) as store:
        assert store.read(ANN) is None and (tmp_path / "profiles.db").exists()
