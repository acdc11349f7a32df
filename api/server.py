"""Server: one event loop, and the worker beside it as a child process."""

import contextlib
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import faiss
import uvicorn

from api.app import create_app
from api.settings import Settings
from graph.data_folder import DataFolder

__all__ = ["run_server"]

GRACE_SECONDS = 10
_log = logging.getLogger("patron.server")


def run_server(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are answered first. DataFolderLocked where another serves."""
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    faiss.omp_set_num_threads(1)
    with DataFolder(settings.data).exclusive(), _worker(settings):
        if settings.development:
            _log.warning("development mode: no secret key is set, every call is allowed, on %s only", settings.host)
        config = uvicorn.Config(
            create_app(settings),
            host=settings.host,
            port=settings.port,
            loop="uvloop" if sys.platform != "win32" else "asyncio",
            http="httptools",
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        uvicorn.Server(config).run()


@contextlib.contextmanager
def _worker(settings: Settings) -> Iterator[None]:
    """The worker as a child, told to stop and waited for at the end."""
    if not settings.worker:
        yield
        return
    child = subprocess.Popen(
        [sys.executable, "-m", "api", "worker", "--parent", str(os.getpid())], env=settings.as_environment()
    )
    try:
        yield
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
