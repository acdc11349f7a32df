"""Operation: is it alive, is it ready, how is it doing."""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from api.bodies import json_response
from api.engine import Engine
from api.problems import problem

__all__ = ["router"]

router = APIRouter(tags=["operation"])


@router.get("/healthz")
async def healthz() -> Response:
    """200 while the process answers at all."""
    return json_response({"status": "ok"})


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """200 once a published version is being served."""
    engine: Engine = request.app.state.engine
    version = engine.snapshots.version
    if version is None:
        return problem(503, "Not ready", "no embeddings are published yet: run `patron train` and `patron publish`")
    return json_response(
        {
            "status": "ready",
            "versions": {
                "embeddings": version,
                "catalogue": engine.catalogue.version,
                "placements": engine.recommender.placements.version,
            },
            "mode": "development" if engine.settings.development else "production",
        }
    )


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Prometheus metrics."""
    engine: Engine = request.app.state.engine
    return Response(generate_latest(engine.telemetry.registry), media_type=CONTENT_TYPE_LATEST)
