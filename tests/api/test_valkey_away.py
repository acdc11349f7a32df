"""A Valkey of shared profiles killed under load: answers go on and say so, nothing acknowledged is lost or doubled."""

import threading
import time
from collections import Counter
from pathlib import Path

import httpx

from graph import known
from graph.profile.stores.valkey.store import ValkeyProfiles
from tests.api.served import served
from tests.valkey_server import ValkeyServer

CUSTOMERS = [f"dairy-lover-{number}" for number in range(4)]
KILLS = 3


class Load:
    """Views and questions of some customers, one after the other, until told to end; what was answered."""

    def __init__(self, base_url: httpx.URL) -> None:
        self._base_url = base_url
        self.statuses: Counter[int] = Counter()
        self.acknowledged: Counter[str] = Counter()
        self.degraded: Counter[str] = Counter()
        self.ending = threading.Event()

    def run(self) -> None:
        number = 0
        with httpx.Client(base_url=self._base_url, timeout=10) as http:
            while not self.ending.is_set():
                number += 1
                who = CUSTOMERS[number % len(CUSTOMERS)]
                view = {"messageId": f"m{number}", "userId": who, "event": "Product Viewed"}
                posted = http.post("/v1/track", json=view | {"properties": {"product_id": f"baby-{number % 20:02d}"}})
                self.acknowledged[who] += posted.json()["accepted"]
                asked = {"customer_id": who, "placements": [{"name": "homepage", "k": 3}]}
                answer = http.post("/v1/recommendations", json=asked)
                self.statuses.update((posted.status_code, answer.status_code))
                self.degraded.update(answer.json()["degraded"] or ["nothing"])
                time.sleep(0.002)


def test_answers_go_on_without_valkey_and_all_is_there_afterwards(data: Path, valkey_server: ValkeyServer) -> None:
    with served(data, profiles=valkey_server.address) as server:
        before = {who: _views(server.http, who) for who in CUSTOMERS}
        load = Load(server.http.base_url)
        thread = threading.Thread(target=load.run)
        thread.start()
        for _ in range(KILLS):
            time.sleep(0.3)
            valkey_server.kill()
            # Who is in memory is answered in full; a stranger has to be looked up.
            assert "profile" in _degraded(server.http)
            time.sleep(0.3)
            valkey_server.start()
            _wait_until_whole(server.http)
        load.ending.set()
        thread.join()
        assert set(load.statuses) == {200}
        assert sum(load.acknowledged.values()) > KILLS
        for who in CUSTOMERS:
            assert _views(server.http, who) - before[who] == load.acknowledged[who]
        _wait_for_the_store(valkey_server.address, before, load.acknowledged)


def _degraded(http: httpx.Client) -> list[str]:
    asked = {"customer_id": "somebody-else", "placements": [{"name": "homepage", "k": 3}]}
    answer = http.post("/v1/recommendations", json=asked)
    assert answer.status_code == 200
    return list(answer.json()["degraded"])


def _wait_until_whole(http: httpx.Client) -> None:
    ends = time.monotonic() + 20
    while "profile" in _degraded(http):
        assert time.monotonic() < ends
        time.sleep(0.02)


def _views(http: httpx.Client, who: str) -> int:
    return int(http.get(f"/v1/customers/{who}").json()["counts"].get("Viewed", 0))


def _wait_for_the_store(address: str, before: dict[str, int], views: Counter[str]) -> None:
    store = ValkeyProfiles(address)
    ends = time.monotonic() + 20
    while True:
        stored = store.read_all([known(who) for who in CUSTOMERS])
        if {profile.counts.get("Viewed", 0) for profile in stored.values()} and all(
            stored[known(who)].counts.get("Viewed", 0) == before[who] + views[who] for who in CUSTOMERS
        ):
            break
        assert time.monotonic() < ends
        time.sleep(0.05)
    store.close()
