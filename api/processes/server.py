"""Server: one event loop, and the worker beside it as a child process that is watched."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from types import FrameType

import uvicorn
import uvloop

from api.engine import Engine
from api.http.app import create_app
from api.opening import open_engine
from api.processes.collecting import Collecting
from api.processes.supervisor import Supervisor
from api.settings import Settings
from api.streams import Streams
from graph import PatronError
from graph.data_folder import DataFolder
from graph.log.opening import check_log_url
from graph.stores.open import check_url

__all__ = ["AddressInUse", "run_server"]

GRACE_SECONDS = 10
LOOK_SECONDS = 1.0
"""How often it is looked whether garbage is to be collected: a second without a request is a quiet moment."""

MAX_CONCURRENT = 1_000
"""Connections beyond these and those of all streams are answered 503 at once."""

_log = logging.getLogger("patron.server")


class AddressInUse(PatronError):
    """Nobody can listen on the address the settings name."""


def run_server(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are answered first, then the process exits with 0.

    Raises InvalidValue for a graph or log URL that names none, DataFolderLocked where another serves from the folder,
    AddressInUse where another has the port, and what `open_engine` says of a data folder that cannot be used.
    """
    check_url(settings.graph_url)
    check_log_url(settings.log)
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    with (
        DataFolder(settings.data).exclusive(),
        _listener(settings) as listener,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(_serve(settings, listener))


async def _serve(settings: Settings, listener: socket.socket) -> None:
    engine = open_engine(settings)
    collecting = Collecting(lambda: engine.telemetry.answers)
    collecting.begin()
    if settings.development:
        _log.warning("development mode: no secret key is set, every call is allowed, on %s only", settings.host)
    config = uvicorn.Config(
        create_app(settings, opened=lambda _: engine),
        http="httptools",
        ws="none",
        proxy_headers=False,  # nothing here asks where a request comes from
        lifespan="on",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=GRACE_SECONDS,
        limit_concurrency=MAX_CONCURRENT + settings.streams,
    )
    server = _Server(config, engine.streams)
    async with _worker(settings, engine, lambda: server.should_exit), _collected(collecting):
        host, port = listener.getsockname()[:2]
        _log.info("listening on http://%s:%d", f"[{host}]" if ":" in host else host, port)
        await server.serve(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends the streams first, which would else keep it waiting."""

    def __init__(self, config: uvicorn.Config, streams: Streams) -> None:
        super().__init__(config)
        self._streams = streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._streams.end()
        await super().shutdown(sockets)


def _end(_signal: int, _frame: FrameType | None) -> None:
    """What a signal does before uvicorn takes over, and again once uvicorn has shut everything down."""
    raise SystemExit(0)


@contextlib.contextmanager
def _listener(settings: Settings) -> Iterator[socket.socket]:
    """The socket to listen on, taken before anything is opened."""
    try:
        family, *_, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise AddressInUse(
            f"cannot listen on {settings.host} port {settings.port}: {error.strerror or error}; "
            "stop what listens there, or set PATRON_PORT (0 takes a free one)"
        ) from None
    with listener:
        yield listener


@contextlib.asynccontextmanager
async def _collected(collecting: Collecting) -> AsyncIterator[None]:
    async def look() -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            collecting.look()

    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        looking.cancel()


@contextlib.asynccontextmanager
async def _worker(settings: Settings, engine: Engine, ending: Callable[[], bool]) -> AsyncIterator[None]:
    """The worker as a child, started again when it ends, told to stop and waited for at the end."""
    if not settings.worker:
        yield
        return
    command = [sys.executable, "-m", "api", "worker", "--parent", str(os.getpid())]
    supervisor = Supervisor(command, settings.as_environment(), engine.say_worker)
    supervising = asyncio.create_task(supervisor.supervise(ending))
    try:
        yield
    finally:
        supervising.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await supervising
        supervisor.stop()
