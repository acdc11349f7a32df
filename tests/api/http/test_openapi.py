"""The OpenAPI document: it names every route, and what the server does is what it says."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import checks
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks as openapi_checks
from starlette.routing import Route

from api.routes import operation
from tests.api.in_process import InProcess
from tests.api.served import Served, served

EXAMPLES = 25
CHECKS = (
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.response_headers_conformance,
)
UNDESCRIBED = ("/docs", "/openapi.json", "/demo", "/explore")


@pytest.fixture(scope="module")
def asked_at_random(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = shutil.copytree(shop, tmp_path_factory.mktemp("described") / "data")
    with served(data) as server:
        server.wait_until_ready("/v1/graph/overview")  # a worker that has analysed the graph
        yield server
        assert "Traceback" not in server.said()


@pytest.mark.parametrize("mode", [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE])
def test_every_answer_is_one_that_is_described(asked_at_random: Served, mode: schemathesis.GenerationMode) -> None:
    description = schemathesis.openapi.from_url(f"{asked_at_random.http.base_url}/openapi.json")
    described = [found.ok() for found in description.get_all_operations() if isinstance(found, Ok)]
    assert len(described) == 39
    for one in described:
        if one.path == "/v1/stream":
            continue  # its answer has no end
        if mode is schemathesis.GenerationMode.NEGATIVE and not (one.body or one.query):
            continue  # there is nothing in it to be wrong

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(one.as_strategy(generation_mode=mode))
        def check(case: Any) -> None:
            case.call_and_validate(checks=list(CHECKS))

        check()


def test_every_route_is_described_with_each_of_its_methods(shop_app: InProcess) -> None:
    paths = shop_app.get("/openapi.json").json()["paths"]
    routes = [route for route in (*shop_app.app.routes, *operation.router.routes) if isinstance(route, Route)]
    found = {(route.path.replace(":path}", "}"), method.lower()) for route in routes for method in route.methods or ()}
    served_by_us = {
        (path, method)
        for path, method in found
        if method not in ("head", "options") and not path.startswith(UNDESCRIBED)
    }
    assert served_by_us == {(path, method) for path, methods in paths.items() for method in methods}


def test_every_parameter_says_what_it_is(shop_app: InProcess) -> None:
    paths = shop_app.get("/openapi.json").json()["paths"]
    parameters = [
        one for methods in paths.values() for described in methods.values() for one in described.get("parameters", ())
    ]
    assert {"session_id", "explain", "k"} <= {parameter["name"] for parameter in parameters}
    assert all(parameter["description"] for parameter in parameters)
