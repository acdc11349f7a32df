"""Export: everything that is held of a customer, as one JSON document that is written while it is read."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.engine import Engine
from api.http.answers import profile_answer
from api.http.identity_answers import identities_answer
from api.http.prediction_answers import predictions_shown
from graph import CustomerId, customer_id, iso, public_id
from graph.log.held import answers_to, events_about, refused_of
from graph.log.log_file import LogFile
from graph.profile.codec import as_plain
from recommend.record import recorded_recommendation

__all__ = ["export_customer"]

Pages = Iterator[list[Any]]
Reader = Callable[[LogFile, CustomerId], Pages]

_encode = msgspec.json.Encoder(enc_hook=as_plain).encode


async def export_customer(request: Request) -> Response:
    """Profile, identities, events, answers and refused messages of a customer and of every device that is theirs alone.

    Of a device that others use too only what the profile takes of it is told.
    """
    request.app.state.keys.require_secret(request)
    engine: Engine = request.app.state.engine
    who = customer_id(request.path_params["customer_id"])
    profile, person = engine.known_profile(who), engine.people.person(who)
    reading, leaves = engine.features.read(profile, engine.now()), engine.leaf_profiles(person)
    predictions = predictions_shown(
        engine.snapshot, profile, reading, engine.catalogue.get, engine.settings.consent_defaults
    )
    told = {
        "customer_id": public_id(who),
        "profile": profile_answer(profile, reading, predictions),
        "identities": identities_answer(public_id(who), person, leaves),
        "leaves": [leaf for leaf in leaves if leaf.customer in person.leaves],
    }
    return StreamingResponse(_document(told, engine.log, person.leaves), media_type="application/json")


async def _document(told: dict[str, Any], log: LogFile, leaves: tuple[CustomerId, ...]) -> AsyncIterator[bytes]:
    yield _encode(told)[:-1]
    readers: tuple[tuple[str, Reader], ...] = (("events", _events), ("answers", _answers), ("refused", _refused))
    for name, reader in readers:
        yield b',"%s":[' % name.encode()
        parted = b""
        for leaf in leaves:
            pages = reader(log, leaf)
            while page := await asyncio.to_thread(next, pages, None):
                yield parted + b",".join(map(_encode, page))
                parted = b","
        yield b"]"
    yield b"}"


def _events(log: LogFile, leaf: CustomerId) -> Pages:
    for page in events_about(log, leaf):
        yield [event for _, event in page]


def _answers(log: LogFile, leaf: CustomerId) -> Pages:
    for page in answers_to(log, leaf):
        yield [
            {"at": iso(answer.at), **msgspec.structs.asdict(recorded_recommendation(answer.payload))} for answer in page
        ]


def _refused(log: LogFile, leaf: CustomerId) -> Pages:
    for page in refused_of(log, leaf):
        yield [
            {"received": iso(letter.received), "source": letter.source, "refusal": letter.refusal} for letter in page
        ]
