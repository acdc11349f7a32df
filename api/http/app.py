"""The ASGI application: routes, keys, problems, metrics, and the engine's life."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from api.engine import Engine
from api.explorer.wire.address import explorer_address
from api.explorer.wire.relay import Relay
from api.http.express import Express
from api.http.keys import DevelopmentMode, Keys
from api.http.openapi import describe
from api.http.problems import install_problems
from api.http.rates import Rates
from api.opening import open_engine
from api.pages.description import description_route
from api.pages.explorer import explorer_routes
from api.pages.storefront import storefront_routes
from api.routes import operation
from api.routes.customers import customer_routes
from api.routes.graph import graph_routes
from api.routes.intake import intake_routes
from api.routes.products import product_routes
from api.routes.recommendations import recommendation_routes
from api.routes.stream import stream_route
from api.routes.tracking import tracking_routes
from api.settings import Settings
from api.telemetry import MetricsMiddleware

__all__ = ["create_app"]


def create_app(settings: Settings, *, opened: Callable[[Settings], Engine] = open_engine) -> FastAPI:
    """The application for these settings; the engine opens when the server starts and closes when it stops."""

    @contextlib.asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        engine = opened(settings)
        app.state.engine = engine
        watching = asyncio.create_task(engine.watch())
        try:
            yield
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
            engine.streams.end()
            engine.close()

    app = FastAPI(
        title="Patron",
        version="0.1.0",
        summary="What should this customer see, be offered, be told, or be spared, right now, and why?",
        lifespan=life,
        redirect_slashes=False,
        docs_url=None,  # FastAPI's own pages come from a network of others
        redoc_url=None,
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
        },  # theirs looks for exporters at every request
    )
    app.state.keys = Keys(settings)
    app.state.rates = Rates(settings.events_per_second)
    live = [*recommendation_routes(), *tracking_routes()]
    app.router.routes[:0] = [
        *live,
        *product_routes(),
        *customer_routes(),
        *intake_routes(),
        stream_route(),
    ]
    app.include_router(operation.router)
    app.router.routes.append(description_route())
    if settings.explore:
        app.state.relay = Relay(explorer_address(settings.data))
        app.router.routes.extend([*graph_routes(), *explorer_routes()])
    if settings.development and settings.demo:
        app.router.routes.extend(storefront_routes())
    install_problems(app)
    describe(app)
    app.add_middleware(Express, routes=live, handlers=app.exception_handlers)
    app.add_middleware(MetricsMiddleware)
    if settings.development:
        app.add_middleware(DevelopmentMode)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors_origins),
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Last-Event-ID"],
        )
    return app
