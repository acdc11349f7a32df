"""Intake: what was refused and why, taken in again, and how good each source is. Only for the secret key."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.engine import Engine
from api.http.bodies import BodyDecoder, json_response, read_body
from api.http.intake_answers import DeadLetters, letter_answer, quality_answer
from api.replaying import Replayed, ReplayRequest, replay
from api.routes.recommendations import optional_count
from graph import Instant, parse_instant
from graph.log.dead_letters import Selection

__all__ = ["intake_routes"]

_replay = BodyDecoder(ReplayRequest)


def intake_routes() -> list[Route]:
    return [
        Route("/v1/dead-letters", dead_letters, methods=["GET"]),
        Route("/v1/dead-letters/replay", replay_dead_letters, methods=["POST"]),
        Route("/v1/quality", quality, methods=["GET"]),
    ]


async def dead_letters(request: Request) -> Response:
    """The newest refused messages."""
    engine = _asked(request)
    said = request.query_params
    chosen = Selection(said.get("source", ""), _since(said.get("since", "")))
    letters = engine.dead_letters.newest(optional_count(said.get("k")) or 20, chosen)
    return json_response(DeadLetters(engine.dead_letters.count(chosen), [letter_answer(one) for one in letters]))


async def replay_dead_letters(request: Request) -> Response:
    """Refused messages read again; those that are events now are letters no longer."""
    engine = _asked(request)
    asked = _replay(await read_body(request, engine.settings.max_body_bytes))
    pages = [done async for done in replay(engine, Selection(asked.source, _since(asked.since)), asked.limit)]
    return json_response(pages[-1] if pages else Replayed())


async def quality(request: Request) -> Response:
    """How good what came in was, by source."""
    engine = _asked(request)
    return json_response(quality_answer(engine.quality, engine.opened, engine.dead_letters.counts()))


def _asked(request: Request) -> Engine:
    request.app.state.keys.require_secret(request)
    engine: Engine = request.app.state.engine
    return engine


def _since(text: str) -> Instant:
    return parse_instant(text, "since")[0] if text else Instant(0)
