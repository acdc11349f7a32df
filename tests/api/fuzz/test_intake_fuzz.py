"""Whatever is sent to the routes that bring events: no answer is our fault, what is refused leaves nothing but the
letter it was promised, and what is accepted counts once.

PATRON_TEST_FUZZ=20000 sends so many spoilt payloads, others each time, and a value of each type at each place of each.
"""

import gzip
import json
import os
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.core.result import Ok
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.specs.openapi.schemas import OpenApiSchema

from api.settings import loaded_settings
from graph.events.segment import CALLS
from graph.profile.codec import decode_profile
from tests.api.fuzz.held import Counted, Keeping
from tests.api.fuzz.payloads import MAX_BYTES, PAYLOADS, Call, calls, mistyped, plain_call
from tests.api.in_process import InProcess

ASKED = int(os.environ.get("PATRON_TEST_FUZZ", "0"))
SPOILT = ASKED or 300
GENERATED = max(ASKED // 200, 4)
INTAKE = {f"/v1/{call}" for call in (*CALLS, "events", "products", "customers")}

FUZZED: dict[str, Any] = {
    "derandomize": not ASKED,
    "database": None,
    "deadline": None,
    "phases": [Phase.explicit, Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keeping]:
    folder = tmp_path_factory.mktemp("fuzzed")
    asked = loaded_settings(data=folder / "data", events_per_second=0, max_body_bytes=MAX_BYTES)
    with InProcess(asked) as app, closing(Keeping(app, folder)) as keeping:
        yield keeping


@pytest.fixture(scope="module")
def described(fuzzed: Keeping) -> OpenApiSchema:
    """The routes that bring events, of the OpenAPI document."""
    document = fuzzed.app.get("/openapi.json").json()
    document["paths"] = {path: asked for path, asked in document["paths"].items() if path in INTAKE}
    assert document["paths"].keys() == INTAKE
    return schemathesis.openapi.from_dict(document)


def check(keeping: Keeping, call: Call) -> None:
    """Send it, twice where something of it was accepted, and compare what the answers say with what is kept."""
    before, newest, counted = keeping.held(), keeping.newest_letter(), keeping.counted()
    told = _sent(keeping, call)
    after, grown = keeping.held(), keeping.sent(after=before)
    letters = keeping.letters(after=newest)
    promised = told.get("refused", ())
    assert len(letters) == told.get("refused_total", 0)
    assert [(one["field"], one["expected"]) for one in promised] == [
        (letter.refusal.field, letter.refusal.expected) for letter in letters[: len(promised)]
    ]
    assert len(promised) == min(len(letters), 100)
    assert grown == told.get("accepted", 0)  # what intake adds to tell both ends of a link is not counted
    assert keeping.counted() == Counted(
        counted.accepted + grown, counted.duplicates + told.get("duplicates", 0), counted.refused + len(letters)
    )
    assert after.followed == (after.end, after.end)
    for stored, live in zip(after.stored, after.live, strict=True):
        assert stored == live or decode_profile(stored) == decode_profile(live)  # packed in another order
    if not grown:
        assert after == before
        return
    again = _sent(keeping, call)
    assert keeping.sent(after=after) == again["accepted"]
    if _known_again(call):
        assert (again["accepted"], again["duplicates"]) == (0, told["accepted"] + told["duplicates"])
        assert keeping.held() == after


def _sent(keeping: Keeping, call: Call) -> dict[str, Any]:
    answer = keeping.app.ask(call.method, call.path, content=call.body, headers=call.headers)
    assert answer.status_code < 500, answer.text
    assert len(answer.content) < 100_000
    told: dict[str, Any] = answer.json()
    refused = [*told.get("refused", ())]
    if answer.status_code != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert {"field", "expected", "title", "status", "detail"} <= told.keys()
        refused.append(told)
    assert all(one["field"] and one["expected"] for one in refused)
    return told


def _known_again(call: Call) -> bool:
    """Whether each message says which it is, by an id or a time; an entry of a catalogue holds from when it comes."""
    if call.method == "PUT":
        return False
    if call.path == "/v1/events":
        return True
    text = gzip.decompress(call.body) if "content-encoding" in call.headers else call.body
    try:
        body = json.loads(text.decode("utf-8", "replace"))  # what is not read need not be UTF-8
    except RecursionError:  # a message beside those that were accepted
        return False
    messages = body["batch"] if call.path == "/v1/batch" else [body]
    said = [one for one in messages if isinstance(one, dict)]
    return all(
        any(one.get(name) is not None for name in ("messageId", "timestamp", "originalTimestamp")) for one in said
    )


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: payload.path)
def test_a_payload_as_it_should_be_is_accepted(fuzzed: Keeping, payload: Any) -> None:
    assert _sent(fuzzed, plain_call(payload)).get("refused_total") == 0


def test_a_value_of_another_type_is_told_wherever_it_stands(fuzzed: Keeping) -> None:
    for call in mistyped(every=bool(ASKED)):
        check(fuzzed, call)


@settings(max_examples=SPOILT, **FUZZED)
@given(call=calls())
def test_a_spoilt_payload_is_told_what_is_wrong_and_leaves_nothing_else(fuzzed: Keeping, call: Call) -> None:
    check(fuzzed, call)


@pytest.mark.parametrize("path", sorted(INTAKE))
def test_what_the_description_allows_or_forbids_is_kept_as_it_is_answered(
    fuzzed: Keeping, described: OpenApiSchema, path: str
) -> None:
    """Its examples, its edges and what is generated from it, in all of schemathesis' ways."""
    found = [one.ok() for one in described.get_all_operations() if isinstance(one, Ok)]
    (operation,) = [one for one in found if one.path == path]

    def generated(case: "Case[Any]") -> None:
        asked = case.as_transport_kwargs(base_url="http://patron.test")
        headers = {name: value for name, value in asked["headers"].items() if _plain(name) and _plain(value)}
        check(fuzzed, Call(asked["method"], case.path, headers, _body(asked)))

    create_test(
        operation=operation,
        test_func=generated,
        config=HypothesisTestConfig(
            project=described.config,
            modes=list(HypothesisTestMode),
            settings=settings(max_examples=GENERATED, **FUZZED),
        ),
    )()


def _body(asked: dict[str, Any]) -> bytes:
    if asked.get("json") is not None:
        return json.dumps(asked["json"]).encode("utf-8", "surrogatepass")
    data = asked.get("data") or b""
    return data.encode() if isinstance(data, str) else bytes(data)


def _plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def test_reading_again_what_was_refused_makes_nothing_of_it(fuzzed: Keeping) -> None:
    for call in islice(mistyped(every=False), 50):
        _sent(fuzzed, call)
    before, letters = fuzzed.held(), fuzzed.app.engine.dead_letters.count()
    told = fuzzed.app.post("/v1/dead-letters/replay", {"limit": 100_000}).json()
    assert told["letters"] == letters > 10
    assert (told["replayed"], told["accepted"]) == (0, 0)
    assert (fuzzed.held(), fuzzed.app.engine.dead_letters.count()) == (before, letters)
