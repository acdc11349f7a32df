from contextlib import closing
from pathlib import Path

import pytest

from api.processes.retention import EVERY_SECONDS, Retention
from graph import DAY, Instant, Position
from graph.log.sqlite_log import SqliteEventLog
from tests.graph.log.event_log_contract import events_of, view

NOW = Instant(100 * DAY)


def test_it_works_when_it_is_due_and_keeps_everything_where_it_is_not_asked_to(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    time = 0.0
    with closing(SqliteEventLog(tmp_path / "log.db")) as log:
        log.append([view(1), view(2)])
        included = [log.end()]

        def every(days: int) -> Retention:
            return Retention(log, days, lambda: included, [], now=lambda: NOW, clock=lambda: time)

        every(0)()
        assert len(events_of(log)) == 2
        retention = every(30)
        retention()
        assert events_of(log) == [view(2)]
        log.append([view(3)])
        included = [log.end()]
        retention()
        assert events_of(log) == [view(2), view(3)]
        time = EVERY_SECONDS
        retention()
        assert events_of(log) == [view(3)]
        included, time = [Position("copy:")], 2 * EVERY_SECONDS
        retention()
    assert "nothing is removed" in caplog.text
