"""Whatever is sent to the routes that bring events: no answer is our fault, and the log holds what the answer says."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok

from api.settings import loaded_settings
from graph.events.segment import CALLS
from tests.api.fuzz.payloads import Call, calls
from tests.api.in_process import InProcess

SPOILT = 400
GENERATED = 8
INTAKE = {f"/v1/{call}" for call in (*CALLS, "events", "products", "customers")}

QUICK: dict[str, Any] = {
    "derandomize": True,
    "database": None,
    "deadline": None,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    data = tmp_path_factory.mktemp("fuzzed") / "data"
    with InProcess(loaded_settings(data=data, events_per_second=0)) as app:
        yield app


def check(app: InProcess, call: Call) -> None:
    """Send it, and compare what the answer says with what the log holds afterwards."""
    before = _logged(app)
    answer = app.ask(call.method, call.path, content=call.body, headers=call.headers)
    grown = _logged(app) - before
    assert answer.status_code < 500, answer.text
    told = answer.json()
    if answer.status_code == 200:
        assert told["accepted"] == grown  # what intake adds to tell both ends of a link is not counted
        assert len(told["refused"]) == min(told["refused_total"], 100)
        refused = told["refused"]
    else:
        assert grown == 0
        assert answer.headers["content-type"] == "application/problem+json"
        assert {"field", "expected", "title", "status", "detail"} <= told.keys()
        refused = [told, *told.get("refused", ())]
    assert all(one["field"] and one["expected"] for one in refused)
    assert len(answer.content) < 100_000


@settings(max_examples=SPOILT, **QUICK)
@given(call=calls())
def test_a_spoilt_payload_is_told_what_is_wrong_and_leaves_nothing_else(fuzzed: InProcess, call: Call) -> None:
    check(fuzzed, call)


@pytest.mark.parametrize("mode", [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE])
def test_what_the_description_allows_or_forbids_is_kept_as_it_is_answered(
    fuzzed: InProcess, mode: schemathesis.GenerationMode
) -> None:
    description = schemathesis.openapi.from_dict(fuzzed.get("/openapi.json").json())
    operations = [found.ok() for found in description.get_all_operations() if isinstance(found, Ok)]
    bringing = [one for one in operations if one.path in INTAKE]
    assert {one.path for one in bringing} == INTAKE
    for operation in bringing:

        @settings(max_examples=GENERATED, **QUICK)
        @given(operation.as_strategy(generation_mode=mode))
        def generated(case: Any) -> None:
            asked = case.as_transport_kwargs(base_url="http://patron.test")
            headers = {name: value for name, value in asked["headers"].items() if _plain(name) and _plain(value)}
            check(fuzzed, Call(asked["method"], case.path, headers, _body(asked)))

        generated()


def _body(asked: dict[str, Any]) -> bytes:
    if asked.get("json") is not None:
        return json.dumps(asked["json"]).encode("utf-8", "surrogatepass")
    data = asked.get("data") or b""
    return data.encode() if isinstance(data, str) else bytes(data)


def _plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _logged(app: InProcess) -> int:
    return int(app.engine.log.select("SELECT count(*) FROM event WHERE instr(payload, 'Linked') = 0")[0][0])
