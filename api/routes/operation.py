"""Operation: is it alive, is it ready, how is it doing."""

from typing import Any

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from api.engine import Engine
from api.http.bodies import json_response
from api.http.problems import problem
from api.processes.graph_state import GraphReach
from api.processes.supervisor import WorkerState

__all__ = ["router"]

router = APIRouter(tags=["operation"], default_response_class=Response)
_TEXT = {"type": "string"}
_TEXTS: dict[str, Any] = {"type": "object", "additionalProperties": _TEXT}
_HEALTH = {"type": "object", "required": ["status"], "properties": {"status": _TEXT}}
_READINESS = {
    "type": "object",
    "required": ["status", "versions", "mode", "worker", "graph"],
    "properties": {
        "status": _TEXT,
        "versions": _TEXTS,
        "mode": {"enum": ["development", "production"]},
        "worker": {"enum": [state.value for state in WorkerState]},
        "graph": {"enum": [reach.value for reach in GraphReach]},
    },
}


def _answers(schema: dict[str, Any], media: str = "application/json") -> dict[int | str, dict[str, Any]]:
    return {200: {"description": "Yes.", "content": {media: {"schema": schema}}}}


def _not_ready() -> dict[int | str, dict[str, Any]]:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {503: {"description": "Not yet: nothing is published, or the log has not been read.", "content": problem}}


@router.get("/healthz", summary="Is it alive?", responses=_answers(_HEALTH))
async def healthz() -> Response:
    """200 while the process answers at all."""
    return json_response({"status": "ok"})


@router.get("/readyz", summary="Is it ready?", responses=_answers(_READINESS) | _not_ready())
async def readyz(request: Request) -> Response:
    """200 once a published version is being served, with all that the log held when this server began."""
    engine: Engine = request.app.state.engine
    version = engine.snapshots.version
    if version is None:
        return problem(503, "Not ready", "no embeddings are published yet: run `patron train` and `patron publish`")
    if not engine.log.caught_up:
        return problem(503, "Not ready", "the log has not been read to where it ended when this server began")
    return json_response(
        {
            "status": "ready",
            "versions": {
                "embeddings": version,
                "catalogue": engine.catalogue.version,
                "placements": engine.recommender.placements.version,
            },
            "mode": "development" if engine.settings.development else "production",
            "worker": engine.worker.value,
            "graph": engine.graph.value,
        }
    )


@router.get("/metrics", summary="How is it doing?", responses=_answers(_TEXT, "text/plain"))
async def metrics(request: Request) -> Response:
    """Prometheus metrics."""
    engine: Engine = request.app.state.engine
    return Response(generate_latest(engine.telemetry.registry), media_type=CONTENT_TYPE_LATEST)
