"""Worker: keeps the graph and the stored profiles up with the log, so that the server never has to."""

import contextlib
import logging
import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

from api.clock import now
from api.explorer.analyses import Upkeep
from api.explorer.explorer import Explorer, Shared
from api.explorer.wire.address import explorer_address
from api.explorer.wire.service import Service
from api.processes.graph_state import GraphState, StateFile
from api.processes.retention import Retention
from api.processes.write_behind import WriteBehind
from api.profile_store import profile_store
from api.settings import Settings
from graph import START, StoreUnavailable
from graph.data_folder import DataFolder
from graph.log.lag import lag_of
from graph.log.log_file import LogFile
from graph.log.opening import read_log
from graph.profile.features.table_file import read_feature_table
from graph.projection.catch_up import catch_up
from graph.projection.serving_projection import ServingProjection
from graph.stores.open import check_url, open_graph, shown_url, sqlite_file

__all__ = ["keep_up", "run_worker"]

BEHIND_THE_SERVER = 19
"""How nice the worker of a server is: of a core they share, answers get all they can use but a sixtieth."""

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 30.0
_log = logging.getLogger("patron.worker")


def run_worker(settings: Settings, parent: int | None = None) -> None:
    """Work until SIGTERM, SIGINT, or until the server that started it (`parent`, its pid) is gone."""

    check_url(settings.graph_url)
    if parent is not None:
        os.nice(BEHIND_THE_SERVER)

    def stopped(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)  # at any moment: what was not committed is read again from the log

    signal.signal(signal.SIGTERM, stopped)
    signal.signal(signal.SIGINT, stopped)
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("neo4j").setLevel(logging.CRITICAL)  # what it says again and again is said here, once
    folder = DataFolder(settings.data)
    log = read_log(folder.log, settings.log)
    profiles = profile_store(settings)
    features = read_feature_table(settings.profile_file)
    state = StateFile(folder.graph_state)
    store = shown_url(settings.graph_url)
    before = state.read()
    behind = WriteBehind(
        folder.log,
        lambda: open_graph(settings.graph_url),
        poll_seconds=settings.poll_seconds,
        rng=random.Random(),
        reached=before.position if before is not None and before.store == store else START,
    )

    def tell() -> None:
        reached, reachable = behind.reached, behind.reachable
        lag = lag_of(log, reached)
        state.write(
            GraphState(
                store=store, said=now(), position=reached, reachable=reachable, events=lag.events, oldest=lag.oldest
            )
        )

    projection = ServingProjection(profiles, table=features)
    files = [folder.profiles, *sqlite_file(settings.graph_url)]
    retention = Retention(log, settings.retention_days, lambda: (profiles.position(), behind.reached), files, now=now)
    works: list[Callable[[], object]] = [lambda: catch_up(log, projection, progress=lambda _: tell()), tell, retention]
    behind.start()
    try:
        with _explorer(settings, log, lambda: behind.caught_up.is_set() and behind.reachable):
            keep_up(works, settings.poll_seconds, wanted=lambda: parent is None or os.getppid() == parent)
    finally:
        behind.stop()
        profiles.close()
        log.close()


@contextlib.contextmanager
def _explorer(settings: Settings, log: LogFile, caught_up: Callable[[], bool]) -> Iterator[None]:
    """Answer the explorer's questions and keep the analysis of the graph up, in threads of their own, where wanted."""
    if not settings.explore:
        yield
        return
    shared = Shared.of(settings)
    service = Service(explorer_address(settings.data), lambda: Explorer(shared).answer)
    Upkeep(
        shared.analyses,
        lambda: open_graph(settings.graph_url),
        log,
        minutes=settings.analysis_minutes,
        poll_seconds=settings.poll_seconds,
        now=now,
        caught_up=caught_up,
        prepare=Explorer(shared).prepare,
    ).start()
    try:
        yield
    finally:
        service.close()


def keep_up(
    works: Sequence[Callable[[], object]],
    poll_seconds: float,
    *,
    wanted: Callable[[], bool],
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Do all `works`, again and again while that is `wanted`; one that fails is logged and keeps none from its turn.

    After a round that failed unexpectedly it waits at least 1 s, and twice as long each time, up to 30 s.
    """
    wait = poll_seconds
    while wanted():
        failed = False
        for work in works:
            try:
                work()
            except StoreUnavailable as error:
                _log.warning("behind the log, will try again: %s", error)
            except Exception:  # what was not committed is read again from the log
                failed = True
                _log.exception("a round failed, will try again")
        wait = min(max(2 * wait, FIRST_WAIT_SECONDS), LONGEST_WAIT_SECONDS) if failed else poll_seconds
        pause(wait)
