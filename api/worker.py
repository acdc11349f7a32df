"""Worker: keeps the graph and the stored profiles up with the log, so that the server never has to."""

import logging
import os
import signal
import time
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

__all__ = ["run_worker"]

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
    try:
        while parent is None or os.getppid() == parent:
            for projection in (ServingProjection(profiles), GraphProjection(graph)):
                try:
                    catch_up(log, projection)
                except StoreUnavailable as error:
                    _log.warning("behind the log, will try again: %s", error)
            time.sleep(settings.poll_seconds)
    finally:
        graph.close()
        profiles.close()
        log.close()
