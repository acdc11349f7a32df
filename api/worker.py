"""Worker: keeps the graph and the stored profiles up with the log, so that the server never has to."""

import logging
import os
import signal
import time
from collections.abc import Callable
from types import FrameType

from api.settings import Settings
from graph import StoreUnavailable
from graph.data_folder import DataFolder
from graph.log.sqlite_log import SqliteEventLog
from graph.profile.store import SqliteProfiles
from graph.projection.catch_up import catch_up
from graph.projection.graph_projection import GraphProjection
from graph.projection.serving_projection import ServingProjection
from graph.stores.open import open_graph

__all__ = ["keep_up", "run_worker"]

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 30.0
_log = logging.getLogger("patron.worker")


def run_worker(settings: Settings, parent: int | None = None) -> None:
    """Work until SIGTERM, SIGINT, or until the server that started it (`parent`, its pid) is gone."""

    def told(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)  # at any moment: what was not committed is read again from the log

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    folder = DataFolder(settings.data)
    log = SqliteEventLog(folder.log)
    profiles = SqliteProfiles(folder.profiles)
    graph = open_graph(settings.graph_url)

    def work() -> None:
        for projection in (ServingProjection(profiles), GraphProjection(graph)):
            catch_up(log, projection)

    try:
        keep_up(work, settings.poll_seconds, wanted=lambda: parent is None or os.getppid() == parent)
    finally:
        graph.close()
        profiles.close()
        log.close()


def keep_up(
    work: Callable[[], None],
    poll_seconds: float,
    *,
    wanted: Callable[[], bool],
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Do `work` again and again while it is `wanted`; what goes wrong is logged, and tried again later each time."""
    wait = poll_seconds
    while wanted():
        try:
            work()
            wait = poll_seconds
        except StoreUnavailable as error:
            _log.warning("behind the log, will try again: %s", error)
            wait = poll_seconds
        except Exception:  # one round is lost, never the worker: what was not committed is read again from the log
            wait = min(max(2 * wait, FIRST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)
            _log.exception("this round failed; the next is in %g s", wait)
        pause(wait)
