"""Tracking: the Segment calls, CloudEvents, and the bulk upserts of catalogue and customers."""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any

from msgspec import UNSET
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.engine import Engine
from api.http.answers import EventsAnswer, Refused
from api.http.bodies import json_response
from api.http.keys import Keys
from api.http.problems import Forbidden, problem, told
from api.http.rates import admitted_body
from graph.events.catalogue_bodies import parse_customers, parse_products
from graph.events.cloudevents import BATCHED, parse_cloudevents
from graph.events.family import (
    AccountEvent,
    Aliased,
    BehaviourEvent,
    Event,
    Grouped,
    Identified,
    TraitsChanged,
)
from graph.events.refusal import Parsed, Refusal
from graph.events.segment import CALLS, parse_segment
from graph.ids import is_anonymous
from graph.intake import IntakeResult

__all__ = ["tracking_routes"]

FROM_A_PAGE = (BehaviourEvent, AccountEvent, Identified, Aliased, Grouped, TraitsChanged)
MAX_REFUSED = 100
"""How many refused messages an answer tells of."""

CONSTANTS = {"None": None, "True": True, "False": False}

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


def tracking_routes() -> list[Route]:
    """``POST /v1/{track identify page screen group alias batch events}`` and ``PUT /v1/{products customers}``."""
    segment = [Route(f"/v1/{call}", _named(call, partial(_segment, call)), methods=["POST"]) for call in CALLS]
    return [
        *segment,
        Route("/v1/events", events, methods=["POST"]),
        Route("/v1/products", put_products, methods=["PUT"]),
        Route("/v1/customers", put_customers, methods=["PUT"]),
    ]


async def _segment(call: str, request: Request) -> Response:
    engine, body = await _admitted(request, Keys.require_any)
    parsed = _charged(request, parse_segment(call, body, received=engine.now()))
    return answered(await engine.take(_admissible(request, parsed), "segment"), single=call != "batch")


async def events(request: Request) -> Response:
    """CloudEvents 1.0: structured, batched or binary."""
    engine, body = await _admitted(request, Keys.require_any)
    content_type = request.headers.get("content-type", "")
    parsed = _charged(request, parse_cloudevents(content_type, request.headers, body, received=engine.now()))
    single = BATCHED not in content_type.lower()
    return answered(await engine.take(_admissible(request, parsed), "cloudevents"), single=single)


async def put_products(request: Request) -> Response:
    """Catalogue entries, each whole."""
    return await _put(request, parse_products, "products")


async def put_customers(request: Request) -> Response:
    """Traits of customers."""
    return await _put(request, parse_customers, "customers")


async def _put(request: Request, parse: Callable[..., Parsed], source: str) -> Response:
    engine, body = await _admitted(request, Keys.require_secret)
    parsed = _charged(request, parse(body, received=engine.now()))
    return answered(await engine.take(parsed, source), single=False)


async def _admitted(request: Request, require: Callable[[Keys, Request], None]) -> tuple[Engine, bytes]:
    engine: Engine = request.app.state.engine
    keys: Keys = request.app.state.keys
    require(keys, request)
    return engine, await admitted_body(request)


def _charged(request: Request, parsed: Parsed) -> Parsed:
    state = request.app.state
    state.rates.charge(state.keys.name_of(request), len(parsed.events) + len(parsed.refused))
    return parsed


def _admissible(request: Request, parsed: Parsed) -> Parsed:
    """What a page or an app may say with a publishable key: what its customer did, nothing of ours."""
    keys: Keys = request.app.state.keys
    if keys.holds_secret(request):
        return parsed
    events = tuple(event for event in parsed.events if _from_a_page(event))
    if not events and not parsed.refused and parsed.events:
        raise Forbidden(f"type: a publishable key may not send {_named_for_a_page(parsed.events[0])}")
    refused = tuple(
        Refusal(
            index,
            "type",
            _named_for_a_page(event),
            "the secret key: pages and apps may only say what a customer did",
        )
        for index, event in enumerate(parsed.events)
        if not _from_a_page(event)
    )
    return Parsed(events, parsed.refused + refused)


def _from_a_page(event: Event) -> bool:
    return isinstance(event, FROM_A_PAGE) and not _joins_customers(event)


def _joins_customers(event: Event) -> bool:
    """Whether an event makes one person of two known customers, whose ids anybody may guess."""
    return isinstance(event, Aliased) and not is_anonymous(event.previous) and not is_anonymous(event.customer)


def _named_for_a_page(event: Event) -> str:
    return f"{type(event).__name__}{' of two customers' if _joins_customers(event) else ''}"


def answered(result: IntakeResult, *, single: bool) -> Response:
    """200 with what became of each event; a body of which nothing could be accepted is a 422 naming the first fault."""
    refused, total = tuple(_refused(one) for one in result.refused[:MAX_REFUSED]), len(result.refused)
    if refused and (single or not (result.accepted or result.duplicates or result.withheld)):
        first = result.refused[0]
        said = {"field": first.field, "value": told(_read(first.value)), "expected": first.expected}
        return problem(422, "Invalid value", first.message, **said, refused=refused, refused_total=total)
    return json_response(
        EventsAnswer(True, result.accepted, result.duplicates, refused, total, result.withheld or UNSET)
    )


def _refused(refused: Refusal) -> Refused:
    return Refused(refused.index, refused.field, told(_read(refused.value)), refused.expected)


def _read(shown: str) -> Any:
    """A scalar from the text a refusal keeps of it, as much of it as is there; all else as that text.

    By hand and not with `ast`, which may fail while another thread is in it (see `graph.files.arrays`).
    """
    if shown in CONSTANTS:
        return CONSTANTS[shown]
    if shown.endswith("…"):
        return shown.lstrip("'\"")
    if shown[:1] in ("'", '"'):
        return shown[1:-1].encode("latin-1", "backslashreplace").decode("unicode_escape")
    for number in (int, float):
        with suppress(ValueError):
            return number(shown)
    return shown


def _named(name: str, endpoint: Endpoint) -> Endpoint:
    async def call(request: Request) -> Response:
        return await endpoint(request)

    call.__name__ = name
    return call
