from pathlib import Path

from graph import CustomerId, Instant
from graph.log.answers import AnswerLedger
from graph.log.sqlite_log import SqliteEventLog
from graph.log.writer import MAX_ASIDE
from tests.graph.log.event_log_contract import ANN, BOB, erased


def test_answers_are_found_by_id_after_opening_again(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "log.db")
    ledger = AnswerLedger(log)
    assert ledger.record("r1", ANN, Instant(1), b"one")
    assert ledger.record("r2", None, Instant(2), b"two")
    assert ledger.record("r1", ANN, Instant(3), b"not the first")
    log.close()
    assert not ledger.record("r3", ANN, Instant(4), b"late"), "a closed log takes none"
    log = SqliteEventLog(tmp_path / "log.db")
    ledger = AnswerLedger(log)
    assert (ledger.get("r1"), ledger.get("r2"), ledger.get("r3")) == (b"one", b"two", None)
    log.close()


def test_forgetting_covers_answers_already_kept_and_still_waiting(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "log.db")
    ledger = AnswerLedger(log)
    ledger.record("old", ANN, Instant(1), b"old")
    ledger.record("bob", BOB, Instant(1), b"bob")
    log.close()
    log = SqliteEventLog(tmp_path / "log.db")
    ledger = AnswerLedger(log)
    log.forget(erased("x", 50))
    ledger.record("waiting", ANN, Instant(50), b"waiting")
    ledger.record("later", ANN, Instant(51), b"later")
    log.close()
    log = SqliteEventLog(tmp_path / "log.db")
    ledger = AnswerLedger(log)
    found = [ledger.get(name) for name in ("old", "bob", "waiting", "later")]
    log.close()
    assert found == [None, b"bob", None, b"later"]


def test_a_full_queue_says_so_and_never_waits(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "log.db")
    ledger = AnswerLedger(log)
    kept = [ledger.record(f"r{number}", ANN, Instant(1), b"x") for number in range(4 * MAX_ASIDE)]
    log.close()
    assert False in kept
    log = SqliteEventLog(tmp_path / "log.db")
    ledger = AnswerLedger(log)
    assert all((ledger.get(f"r{number}") is not None) == was for number, was in list(enumerate(kept))[::500])
    log.close()


def test_an_answer_that_cannot_be_stored_takes_no_other_with_it(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "log.db")
    ledger = AnswerLedger(log)
    ledger.record("bad", CustomerId("user:\ud800"), Instant(1), b"bad")
    ledger.record("good", ANN, Instant(1), b"good")
    log.close()
    log = SqliteEventLog(tmp_path / "log.db")
    assert AnswerLedger(log).get("good") == b"good"
    log.close()
