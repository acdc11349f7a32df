"""Two servers with folders of their own, one topic and one Valkey: what one is told, the other knows."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.served import Served, started
from tests.api.shop import PRODUCTS, aisle_of
from tests.graph.log.kafka_topics import Topics

CUSTOMERS = [f"between-servers-{number}" for number in range(4)]
EACH = 30
SECOND = 1.0
SETTLED_SECONDS = 20


@pytest.fixture
def both(shop: Path, tmp_path: Path, kafka_topics: Topics, shared_valkey: str) -> Iterator[tuple[Served, Served]]:
    """Both are ready, with the shop's version in each folder and its products told to the first."""
    shared = {
        "log": kafka_topics.url_for(tmp_path),
        "profiles": shared_valkey,
        "profiles_prefix": f"several-{time.monotonic_ns()}",
        "explore": "false",
    }
    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        shutil.copytree(shop / "embeddings", folder / "embeddings")
    servers = [started(folder, **shared) for folder in folders]
    try:
        one, other = (server.wait_until_ready() for server in servers)
        products = [{"product_id": product, "price": 1, "currency": "USD"} for product in PRODUCTS]
        assert one.http.put("/v1/products", json={"products": products}).status_code == 200
        last = f"/v1/products/{PRODUCTS[-1]}/similar"
        until(SETTLED_SECONDS, lambda: other.http.get(last).status_code == 200)
        yield one, other
    finally:
        for server in servers:
            server.stop()


def until(seconds: float, so: Callable[[], bool]) -> None:
    ends = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < ends
        time.sleep(0.01)


def view(http: httpx.Client, product: str, **message: Any) -> None:
    said = {"event": "Product Viewed", "properties": {"product_id": product}, **message}
    assert http.post("/v1/track", json=said).json()["accepted"] == 1


def shown(http: httpx.Client, visitor: str) -> set[str]:
    """The aisles of what a visitor is shown."""
    asked = {"anonymous_id": visitor, "placements": [{"name": "discover", "k": 4}]}
    answer = http.post("/v1/recommendations", json=asked).json()
    return {aisle_of(item["product_id"]) for item in answer["placements"][0]["items"]}


def known(http: httpx.Client, customer: str) -> dict[str, Any]:
    """What a server says of a customer, apart from what depends on when it is asked."""
    answer = http.get(f"/v1/customers/{customer}").json()
    return {name: answer.get(name) for name in ("counts", "spent", "products_bought", "recent", "last_seen", "cart")}


def test_what_one_server_is_told_the_other_knows_within_a_second_and_both_agree_in_the_end(
    both: tuple[Served, Served],
) -> None:
    one, other = (server.http for server in both)
    for told, asked, visitor, aisle in ((one, other, "first", "baby"), (other, one, "second", "party")):
        assert shown(asked, visitor) != {aisle}
        view(told, f"{aisle}-05", anonymousId=visitor)
        until(SECOND, lambda: known(asked, f"anon:{visitor}")["counts"] == {"Viewed": 1})  # noqa: B023 it is called now
        assert shown(asked, visitor) == {aisle}

    def tell(server: Served, name: str) -> None:
        with httpx.Client(base_url=server.http.base_url, timeout=30) as http:
            for number in range(EACH):
                view(
                    http,
                    PRODUCTS[number],
                    userId=CUSTOMERS[number % len(CUSTOMERS)],
                    messageId=f"{name}-{number}",
                    timestamp=f"2026-05-01T10:{number:02d}:00Z",
                )

    tellers = [threading.Thread(target=tell, args=pair) for pair in zip(both, ("a", "b"), strict=True)]
    for teller in tellers:
        teller.start()
    for teller in tellers:
        teller.join()
    for customer in CUSTOMERS:
        views = 2 * len(range(CUSTOMERS.index(customer), EACH, len(CUSTOMERS)))
        for http in (one, other):
            until(SETTLED_SECONDS, lambda: known(http, customer)["counts"] == {"Viewed": views})  # noqa: B023 likewise
        assert known(one, customer) == known(other, customer)
