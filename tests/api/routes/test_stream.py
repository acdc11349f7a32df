"""Stream: a page hears of new lists as its person's events change them, from a real server."""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import httpx
import pytest

from tests.api.served import Served, served
from tests.api.shop import aisle_of

SECRET, PUBLISHABLE = "secret-" + "s" * 32, "publishable-" + "p" * 32
HOLDING = {"authorization": f"Bearer {SECRET}"}
MOST = 3


class Event(NamedTuple):
    id: str
    name: str
    body: dict[str, Any]

    def shown(self, placement: int = 0) -> list[str]:
        return [item["product_id"] for item in self.body["placements"][placement]["items"]]


class Page:
    """A page that listens; silence for longer than its patience is a ReadTimeout."""

    def __init__(
        self, server: Served, headers: dict[str, str] | None = None, patience: float = 10, **query: Any
    ) -> None:
        self._client = httpx.Client(base_url=server.http.base_url, timeout=patience)
        query = {"placements": "discover", "k": 6, **query}
        if headers is None:
            query["key"] = PUBLISHABLE
        self._asked = self._client.stream("GET", "/v1/stream", params=query, headers=headers)

    def __enter__(self) -> "Page":
        self.response = self._asked.__enter__()
        self._lines = self.response.iter_lines()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._asked.__exit__(kind, error, trace)
        self._client.close()

    def next(self) -> Event | None:
        """The next event; None where the server has ended the stream."""
        fields: dict[str, str] = {}
        for line in self._lines:
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "data" in fields:
                return Event(fields["id"], fields["event"], json.loads(fields["data"]))
        return None

    def event(self) -> Event:
        event = self.next()
        assert event is not None
        return event


@pytest.fixture(scope="module")
def server(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = shutil.copytree(shop, tmp_path_factory.mktemp("listened") / "data")
    with served(data, worker="false", secret_key=SECRET, publishable_key=PUBLISHABLE, streams=str(MOST)) as running:
        yield running
        assert "Traceback" not in running.said()


def post(server: Served, path: str, body: dict[str, Any]) -> httpx.Response:
    answer = server.http.post(path, json=body, headers=HOLDING)
    assert answer.status_code == 200, answer.text
    return answer


def view(server: Served, product: str, **who: str) -> None:
    post(server, "/v1/track", {"event": "Product Viewed", "properties": {"product_id": product}, **who})


def shown(server: Served, **asked: Any) -> list[str]:
    body = post(server, "/v1/recommendations", {"placements": [{"name": "discover", "k": 6}], **asked}).json()
    return [item["product_id"] for item in body["placements"][0]["items"]]


def wait_until_open(server: Served, count: int) -> None:
    ends = time.monotonic() + 10
    while f"patron_streams {count}.0" not in server.http.get("/metrics").text:
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_the_current_lists_come_first_and_then_those_that_an_event_changes(server: Served) -> None:
    with Page(server, customer_id="dairy-lover-1", placements="homepage,discover") as page:
        assert page.response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert page.response.headers["cache-control"] == "no-store"
        first = page.event()
        assert (first.id, first.name) == (first.body["recommendation_id"], "recommendations")
        assert [placement["name"] for placement in first.body["placements"]] == ["homepage", "discover"]
        assert not set(first.shown(0)) & set(first.shown(1))
        for number in range(3):
            view(server, f"party-0{number}", userId="dairy-lover-1")
        while "party" not in {aisle_of(product) for product in page.event().shown(1)}:
            pass


def test_a_page_is_shown_what_is_available_where_it_is(server: Served) -> None:
    best = shown(server, anonymous_id="somewhere")[0]
    entry = {"product_id": best, "category": aisle_of(best).upper(), "regions": ["s1"]}
    assert server.http.put("/v1/products", json={"products": [entry]}, headers=HOLDING).status_code == 200
    for region, there in (("s1", True), ("s2", False)):
        where: dict[str, Any] = {"context[region]": region}
        with Page(server, anonymous_id="somewhere", **where) as page:
            assert (best in page.event().shown()) == there


def test_an_anonymous_visitor_s_first_event_is_pushed(server: Served) -> None:
    with Page(server, anonymous_id="visitor", patience=5) as page:
        page.event()
        begun = time.monotonic()
        view(server, "baby-05", anonymousId="visitor")
        assert {aisle_of(product) for product in page.event().shown()} == {"baby"}
        assert time.monotonic() - begun < 1


def test_what_changes_no_list_is_not_pushed_and_neither_is_what_others_do(server: Served) -> None:
    with Page(server, customer_id="party-lover-1", patience=0.4) as page:
        page.event()
        post(server, "/v1/track", {"userId": "party-lover-1", "event": "Salary Arrived", "properties": {"amount": 1}})
        view(server, "baby-01", userId="party-lover-2")
        with pytest.raises(httpx.ReadTimeout):
            page.next()


def test_events_of_a_device_that_turns_out_to_be_theirs_are_theirs(server: Served) -> None:
    with Page(server, customer_id="baby-lover-1") as page:
        before = page.event().shown()
        post(server, "/v1/identify", {"userId": "baby-lover-1", "anonymousId": "tablet"})
        for number in range(3):
            view(server, f"party-0{number}", anonymousId="tablet")
        after = page.event().shown()
        while after != shown(server, customer_id="baby-lover-1"):
            after = page.event().shown()
        assert after != before


def test_consent_withdrawn_is_obeyed_by_the_page_that_is_open(server: Served) -> None:
    with Page(server, customer_id="baby-lover-2") as page:
        assert {aisle_of(product) for product in page.event().shown()} == {"baby"}
        path = "/v1/customers/baby-lover-2/consents"
        server.http.put(path, json={"consents": {"personalization": False}}, headers=HOLDING)
        assert page.event().shown() == shown(server, anonymous_id="nobody")


def test_a_burst_is_answered_by_few_lists_of_which_the_last_is_the_newest(server: Served) -> None:
    with Page(server, anonymous_id="hasty", patience=1) as page:
        page.event()
        begun = time.monotonic()
        for number in range(30):
            view(server, f"{('baby', 'party', 'dairy')[number % 3]}-{number // 3:02d}", anonymousId="hasty")
        newest = shown(server, anonymous_id="hasty")
        answers = [page.event().shown()]
        while answers[-1] != newest:
            answers.append(page.event().shown())
        assert len(answers) <= 1 + (time.monotonic() - begun) / 0.1


def test_what_is_pushed_is_recorded_and_a_page_that_comes_back_with_its_id_hears_only_of_news(server: Served) -> None:
    with Page(server, anonymous_id="coming back", patience=5) as page:
        first = page.event()
    post(server, "/v1/page", {"anonymousId": "coming back"})  # its commit comes after the answer's row
    back = {"last-event-id": first.id, "authorization": f"Bearer {PUBLISHABLE}"}
    with Page(server, headers=back, anonymous_id="coming back", patience=0.4) as page, pytest.raises(httpx.ReadTimeout):
        page.next()
    for who in ({"anonymous_id": "somebody else"}, {"anonymous_id": "coming back", "k": 5}):
        with Page(server, headers=back, **who) as page:
            assert page.event().id != first.id
    view(server, "baby-05", anonymousId="coming back")
    with Page(server, headers=back, anonymous_id="coming back") as page:
        assert page.event().shown() != first.shown()


def test_a_page_is_told_no_more_than_a_page_may_know(server: Served) -> None:
    def reasons(page: Page) -> list[str]:
        items = page.event().body["placements"][0]["items"]
        return [reason["text"] for item in items for reason in item["reasons"] if reason["kind"] == "buy_again"]

    with Page(server, customer_id="party-lover-3", placements="homepage") as page:
        assert set(reasons(page)) == {"you bought it before"}
    with Page(server, headers=HOLDING, customer_id="party-lover-3", placements="homepage") as page:
        assert all("on" in text for text in reasons(page))


@pytest.mark.parametrize("key", ["", "wrong", SECRET], ids=["none", "wrong", "the secret one"])
def test_only_the_publishable_key_may_stand_in_the_address(server: Served, key: str) -> None:
    query = {"placements": "homepage", "anonymous_id": "v", "key": key}
    answer = server.http.get("/v1/stream", params=query)
    assert (answer.status_code, answer.json()["field"]) == (401, "Authorization")
    posted = server.http.post("/v1/recommendations", params={"key": PUBLISHABLE}, json={})
    assert posted.status_code == 401


def test_no_more_pages_listen_than_may_and_one_that_leaves_makes_room(server: Served) -> None:
    wait_until_open(server, 0)
    query = {"placements": "homepage", "anonymous_id": "v", "key": PUBLISHABLE}
    pages = [Page(server, anonymous_id="v") for _ in range(MOST)]
    for page in pages:
        page.__enter__().event()
    refused = server.http.get("/v1/stream", params=query)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
    assert "3 pages are listening" in refused.json()["detail"]
    assert shown(server, anonymous_id="v")
    pages.pop().__exit__(None, None, None)
    wait_until_open(server, MOST - 1)
    with Page(server, anonymous_id="v") as page:
        assert page.event()
    for page in pages:
        page.__exit__(None, None, None)
    wait_until_open(server, 0)


def test_a_head_is_refused_since_it_would_never_end(server: Served) -> None:
    assert server.http.head("/v1/stream", params={"key": PUBLISHABLE}).status_code == 405


def test_a_server_that_stops_ends_its_streams_and_stops_at_once(data: Path) -> None:
    with served(data, worker="false") as server, Page(server, headers={}, anonymous_id="v") as page:
        page.event()
        begun = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - begun < 3
        assert page.next() is None
        assert "Traceback" not in server.said() and "ERROR" not in server.said()
