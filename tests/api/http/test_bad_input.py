"""Bad input: each call is a 4xx problem that names the field, the value and what was expected, and keeps nothing."""

import gzip
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import httpx
import pytest

from tests.api.in_process import InProcess

LOVER = "dairy-lover-1"
LONG = "x" * 10_000
DEEP = b"[" * 100_000
BOMB = gzip.compress(b" " * 100_000_000)


class Bad(NamedTuple):
    """A call, and what the problem must say of it."""

    method: str
    path: str
    body: Any
    status: int
    field: str
    expected: str
    value: Any = ...
    headers: dict[str, str] | None = None


def track(status: int, field: str, expected: str, value: Any = ..., **changes: Any) -> Bad:
    """A view by a customer, spoilt."""
    message = {"userId": "new", "event": "Product Viewed", "properties": {"product_id": "baby-01"}} | changes
    return Bad("POST", "/v1/track", message, status, field, expected, value)


def asked(field: str, expected: str, value: Any = ..., who: dict[str, Any] | None = None, **changes: Any) -> Bad:
    """A list for a customer, spoilt within the placement, or with `who` beside it."""
    body = {"placements": [{"name": "homepage"} | changes]} | ({"customer_id": LOVER} if who is None else who)
    return Bad("POST", "/v1/recommendations", body, 422, field, expected, value)


def raw(body: bytes, status: int, field: str, expected: str, **headers: str) -> Bad:
    return Bad("POST", "/v1/recommendations", body, status, field, expected, headers=headers)


def got(path: str, status: int, field: str, expected: str, value: Any = ...) -> Bad:
    return Bad("GET", path, None, status, field, expected, value)


BAD = {
    # ids
    "unknown customer": got("/v1/customers/nobody", 404, "customer_id", "a known customer", "nobody"),
    "unknown customer's like": got("/v1/customers/nobody/similar", 404, "customer_id", "a known customer"),
    "unknown product": got("/v1/products/nothing/similar", 404, "product_id", "a known product", "nothing"),
    "unknown product page": got("/v1/products/nothing/recommendations", 404, "product_id", "a known product"),
    "unknown product of a placement": asked("placements[0].product_id", "in the catalogue", "no", product_id="no"),
    "unknown seed": asked("placements[0].seeds[1]", "in the catalogue", "no", seeds=["baby-01", "no"]),
    "empty customer in a path": got("/v1/customers/%20", 422, "customer_id", "non-empty", " "),
    "no customer in a path": got("/v1/customers/", 422, "customer_id", "non-empty", ""),
    "empty customer": asked("customer_id", "at least 1 characters", "", {"customer_id": ""}),
    "blank visitor": asked("anonymous_id", "non-empty", "  ", {"anonymous_id": "  "}),
    "empty customer in a query": got(
        "/v1/products/baby-01/recommendations?customer_id=", 422, "customer_id", "non-empty", ""
    ),
    "empty sender": track(422, "userId", "non-empty", "", userId=""),
    "empty product": track(422, "properties.product_id", "non-empty", "", properties={"product_id": ""}),
    "no sender": track(422, "userId", "a userId or an anonymousId", None, userId=None),
    "nobody to recommend to": asked("customer_id", "customer_id or an anonymous_id", None, {}),
    "long id": track(422, "userId", "at most 256 characters", LONG[:78] + "…", userId=LONG),
    "long id in a path": got(f"/v1/customers/{LONG}", 422, "customer_id", "at most 256 characters"),
    "long id asked for": asked("customer_id", "at most 256 characters", who={"customer_id": LONG}),
    "long session": got(f"/v1/products/baby-01/recommendations?session_id={LONG}", 422, "session_id", "at most 256"),
    "null byte": track(422, "userId", "a non-empty string", "a\x00b", userId="a\x00b"),
    "null byte in a path": got("/v1/customers/a%00b", 422, "customer_id", "a non-empty string"),
    # types and numbers
    "number for a name": asked("placements[0].name", "a string", 7, name=7),
    "text for k": asked("placements[0].k", "a whole number", "many", k="many"),
    "k of nothing": asked("placements[0].k", "at least 1", 0, k=0),
    "k below nothing": asked("placements[0].k", "at least 1", -1, k=-1),
    "k of a billion": asked("placements[0].k", "at most 200", 10**9, k=10**9),
    "k with a fraction": asked("placements[0].k", "a whole number", 2.5, k=2.5),
    "k beyond any number": asked("placements[0].k", "at most 200", k=10**40),
    "no placements in a query": got("/v1/stream?customer_id=x", 422, "placements", "1 to 10 names", None),
    "an empty placement in a query": got("/v1/stream?placements=a,", 422, "placements", "separated by commas", "a,"),
    "nobody to listen for": got("/v1/stream?placements=homepage", 422, "customer_id", "an anonymous_id", None),
    "an unknown placement in a query": got(
        "/v1/stream?placements=nowhere&customer_id=x", 422, "placements[0].name", "homepage", "nowhere"
    ),
    "an unknown product in a query": got(
        "/v1/stream?placements=homepage&customer_id=x&product_id=none", 404, "product_id", "known product", "none"
    ),
    "k in a query": got("/v1/products/baby-01/similar?k=0", 422, "k", "from 1 to 200", "0"),
    "huge k in a query": got(f"/v1/products/baby-01/similar?k={'9' * 5000}", 422, "k", "from 1 to 200"),
    "odd k in a query": got(f"/v1/customers/{LOVER}/similar?k=²", 422, "k", "from 1 to 200", "²"),
    "explain in a query": got("/v1/products/baby-01/recommendations?explain=maybe", 422, "explain", "true, 1, false"),
    "context in a query": got(
        "/v1/products/baby-01/recommendations?context.region=s1",
        422,
        "context",
        "context[NAME]=VALUE",
        "context.region",
    ),
    "a nameless context in a query": got(
        "/v1/stream?placements=homepage&customer_id=x&context[]=s1", 422, "context", "context[NAME]=VALUE", "context[]"
    ),
    "no placements": Bad("POST", "/v1/recommendations", {"customer_id": "x"}, 422, "placements", "a value", None),
    "no placement": Bad(
        "POST", "/v1/recommendations", {"customer_id": "x", "placements": []}, 422, "placements", "at least 1", "[]"
    ),
    "deadline of none": asked("deadline_ms", "at least 1", 0, {"customer_id": "x", "deadline_ms": 0}),
    "list for a customer": asked("customer_id", "a string", "['x']", {"customer_id": ["x"]}),
    "text for a product": track(422, "properties.product_id", "a string", 5, properties={"product_id": 5}),
    "negative quantity": track(
        422,
        "properties.quantity",
        "at least 0",
        -1,
        event="Product Added",
        properties={"product_id": "baby-01", "quantity": -1},
    ),
    "not a number": raw(b'{"customer_id": "x", "placements": [{"name": "homepage", "k": NaN}]}', 422, "body", "JSON"),
    "infinity": raw(b'{"customer_id": "x", "placements": [{"name": "homepage", "k": -Infinity}]}', 422, "body", "JSON"),
    "beyond all numbers": Bad(
        "POST",
        "/v1/track",
        b'{"userId": "new", "event": "Salary Arrived", "properties": {"amount": 1e999}}',
        422,
        "properties",
        "",
    ),
    # dates
    "date without zone": track(
        422, "timestamp", "with its zone", "2024-01-01T00:00:00", timestamp="2024-01-01T00:00:00"
    ),
    "no date": track(422, "timestamp", "ISO 8601", "yesterday", timestamp="yesterday"),
    "number for a date": track(422, "timestamp", "a string", 1700000000, timestamp=1700000000),
    # placements and filters
    "unknown placement": asked("placements[0].name", "one of cart, discover", "billboard", name="billboard"),
    "filter that is no condition": asked("placements[0].filter", "column 9", "price < ", filter="price < "),
    "filter on an unknown field": asked(
        "placements[0].filter", "column 1", "colour == 'red'", filter="colour == 'red'"
    ),
    "filter that is no truth": asked("placements[0].filter", "true or false", "price + 1", filter="price + 1"),
    "filter of wrong types": asked("placements[0].filter", "column", filter="price == 'cheap'"),
    "empty filter": asked("placements[0].filter", "a CEL condition", "", filter=""),
    "filter with a null byte": asked("placements[0].filter", "a CEL condition", filter="price\x00 < 1"),
    "long filter": asked("placements[0].filter", "at most 2000 characters", filter="true || " * 400),
    "filter that loops": asked("placements[0].filter", "'exists' cannot be called", filter="id.exists(a, a == id)"),
    "filter that grows": asked(
        "placements[0].filter",
        "a list only after 'in'",
        filter="[name]" + ".map(a,a+a+a+a+a+a+a+a+a)" * 7 + "[0].size()<0",
    ),
    "filter that joins texts": asked("placements[0].filter", "'+' only beside", filter="name + name == id"),
    "filter by any pattern": asked("placements[0].filter", "one literal pattern", filter="name.matches(brand)"),
    "filter nested deeply": asked("placements[0].filter", "at most 16 deep", filter="(" * 900 + "true" + ")" * 900),
    # fields
    "unknown field": asked("placements[0].colour", "no field of this name", "red", colour="red"),
    "unknown field above": asked("custmer_id", "no field", "x", {"customer_id": "x", "custmer_id": "x"}),
    "unknown wish": Bad(
        "PUT",
        f"/v1/customers/{LOVER}/preferences",
        {"preferences": {"a": None}},
        422,
        "preferences.a",
        "a string",
        None,
    ),
    "wish of numbers": Bad(
        "PUT", f"/v1/customers/{LOVER}/preferences", {"preferences": {"a": [1]}}, 422, "preferences.a[0]", "a string", 1
    ),
    "wishes that are none": Bad(
        "PUT", f"/v1/customers/{LOVER}/preferences", {"wishes": {}}, 422, "wishes", "no field", "{}"
    ),
    "consent of words": Bad(
        "PUT", f"/v1/customers/{LOVER}/consents", {"consents": {"a": "yes"}}, 422, "consents.a", "true or false", "yes"
    ),
    "negative price": Bad(
        "PUT",
        "/v1/products",
        {"products": [{"product_id": "x", "price": -1}]},
        422,
        "products[0].price",
        "at least 0",
        -1,
    ),
    "unknown column": Bad(
        "PUT",
        "/v1/products",
        {"products": [{"product_id": "x", "colour": "red"}]},
        422,
        "products[0].colour",
        "no field",
    ),
    "no list of products": Bad("PUT", "/v1/products", {"product_id": "x"}, 422, "products", "a list of products", None),
    "nested traits": Bad(
        "PUT",
        "/v1/customers",
        {"customers": [{"customer_id": "x", "traits": {"a": {"b": {"c": {"d": {"e": 1}}}}}}]},
        422,
        "customers[0].traits.a.b.c.d",
        "levels deep",
    ),
    "unknown kind of event": Bad(
        "POST",
        "/v1/events",
        b'{"specversion": "1.0", "id": "1", "source": "s", "type": "com.patron.Danced", "data": {}}',
        422,
        "type",
        "one of Viewed",
        "com.patron.Danced",
        {"content-type": "application/cloudevents+json"},
    ),
    "no cloudevent": Bad("POST", "/v1/events", {"id": "1"}, 422, "content-type", "application/cloudevents+json"),
    "an erasure as an event": Bad(
        "POST",
        "/v1/events",
        b'{"specversion": "1.0", "id": "1", "source": "s", "type": "com.patron.Erased", "subject": "x", "data": {}}',
        422,
        "type",
        "DELETE /v1/customers",
        headers={"content-type": "application/cloudevents+json"},
    ),
    # text
    "broken JSON": raw(b'{"customer_id": "x", ', 422, "body", "valid JSON"),
    "no JSON": raw(b"customer=x", 422, "body", "valid JSON"),
    "no body": raw(b"", 422, "body", "valid JSON"),
    "a list": raw(b"[]", 422, "body", "an object"),
    "invalid UTF-8": raw(b'{"customer_id": "\xff\xfe"}', 422, "body", "valid JSON"),
    "lone surrogate": raw(b'{"customer_id": "\\ud800"}', 422, "body", "valid JSON"),
    "nested deeply": raw(DEEP, 422, "body", "not nested so deeply"),
    "nested deeply within": raw(b'{"customer_id": ' + DEEP, 422, "body", "not nested so deeply"),
    "nested deeply in an event": Bad(
        "POST", "/v1/track", b'{"userId": "new", "properties": ' + DEEP, 422, "body", "not nested so deeply"
    ),
    # bodies
    "gzip that is none": raw(b"{}", 422, "body", "a gzip stream", **{"content-encoding": "gzip"}),
    "half a gzip": raw(gzip.compress(b"{}")[:-9], 422, "body", "a whole gzip", **{"content-encoding": "gzip"}),
    "gzip bomb": raw(BOMB, 413, "body", "at most 8388608 bytes", **{"content-encoding": "gzip"}),
    "unknown encoding": raw(b"{}", 415, "Content-Encoding", "gzip or none", **{"content-encoding": "br"}),
    "absurd length": raw(b"{}", 413, "body", "at most 8388608 bytes", **{"content-length": "9" * 5000}),
    # routes
    "unknown route": got("/v1/nothing", 404, "path", "/docs", "/v1/nothing"),
    "wrong method": got("/v1/recommendations", 405, "method", "POST", "GET"),
    "wrong method for products": Bad("POST", "/v1/products", {}, 405, "method", "PUT", "POST"),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_bad_call_is_refused_by_name_and_keeps_nothing(shop_app: InProcess, bad: Bad) -> None:
    before = shop_app.engine.log.end(), shop_app.engine.catalogue.version
    content = {"content": bad.body} if isinstance(bad.body, bytes) else {"json": bad.body}
    answer = shop_app.ask(bad.method, bad.path, headers=bad.headers, **(content if bad.body is not None else {}))
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (bad.status, "application/problem+json"), problem
    assert {"type", "title", "status", "detail", "field", "value", "expected"} <= problem.keys()
    assert problem["field"] == bad.field, problem
    assert bad.expected in problem["expected"], problem
    assert bad.value is ... or problem["value"] == bad.value, problem
    assert len(answer.content) < 2000
    assert (shop_app.engine.log.end(), shop_app.engine.catalogue.version) == before


def test_a_hundred_megabytes_that_are_declared_are_not_read(shop_app: InProcess) -> None:
    taken = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(100):
            taken += 1
            yield b" " * 2**20

    answer = shop_app.ask("POST", "/v1/track", content=body(), headers={"content-length": str(100 * 2**20)})
    assert (answer.status_code, answer.json()["field"]) == (413, "body")
    assert taken == 0


def test_a_hundred_megabytes_without_a_length_are_given_up_at_the_limit(shop_app: InProcess) -> None:
    taken = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(100):
            taken += 1
            yield b" " * 2**20

    tracemalloc.start()
    answer = shop_app.ask("POST", "/v1/track", content=body())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.status_code == 413
    assert taken <= 10
    assert peak < 20 * 2**20


def test_a_gzip_bomb_takes_no_more_memory_than_a_body_may(shop_app: InProcess) -> None:
    tracemalloc.start()
    answer = shop_app.ask("POST", "/v1/track", content=BOMB, headers={"content-encoding": "gzip"})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.status_code == 413
    assert peak < 32 * 2**20


def test_a_wrong_method_is_told_which_are_right(shop_app: InProcess) -> None:
    answer = shop_app.get("/v1/recommendations")
    assert answer.headers["allow"] == "POST"


def test_an_unknown_customer_may_ask_for_recommendations(shop_app: InProcess) -> None:
    assert shop_app.shown(customer_id="nobody yet")


def test_a_number_too_big_for_any_store_is_refused_in_the_context(shop_app: InProcess) -> None:
    body = {"customer_id": LOVER, "placements": [{"name": "homepage"}], "context": {"n": 10**30}}
    answer: httpx.Response = shop_app.post("/v1/recommendations", body)
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["field"].startswith("context") and "9223372036854775807" in problem["expected"]
