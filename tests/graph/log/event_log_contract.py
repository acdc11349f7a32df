"""The facts every event log must show; a log's own test module subclasses EventLogContract and says how to open one."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path

import pytest

from graph import (
    START,
    Appended,
    CustomerId,
    EventId,
    EventLog,
    Instant,
    InvalidValue,
    LoggedEvent,
    LogUnavailable,
    Position,
    ProductId,
)
from graph.events.family import Aliased, Erased, Event, OrderLine, ProductChanged, Purchased, TraitsChanged, Viewed
from graph.identity.mirroring import with_both_ends
from graph.log.log_file import LogFile

ANN, BOB = CustomerId("user:ann"), CustomerId("user:bob")


def view(number: int, customer: CustomerId = ANN, source: str = "web", at: int | None = None) -> Viewed:
    moment = Instant(number if at is None else at)
    return Viewed(
        id=EventId(f"e{number}"),
        source=source,
        at=moment,
        received=moment,
        customer=customer,
        product=ProductId("milk"),
    )


def order(event: str, number: str, lines: Sequence[str], customer: CustomerId = ANN, source: str = "till") -> Purchased:
    return Purchased(
        id=EventId(event),
        source=source,
        at=Instant(10),
        received=Instant(11),
        customer=customer,
        order=number,
        lines=tuple(OrderLine(line=line, product=ProductId(line.split("#")[0])) for line in lines),
        currency="USD",
    )


def erased(event: str, at: int, customer: CustomerId = ANN) -> Erased:
    return Erased(id=EventId(event), source="desk", at=Instant(at), received=Instant(at), customer=customer)


def both_ends(event: str, previous: CustomerId, customer: CustomerId = BOB) -> list[Event]:
    """A link of two leaves, as intake submits it."""
    moment = Instant(20)
    said = Aliased(id=EventId(event), source="web", at=moment, received=moment, customer=customer, previous=previous)
    return list(with_both_ends([said]))


def everything(log: EventLog | LogFile, batch: int = 1000) -> list[LoggedEvent]:
    held: list[LoggedEvent] = []
    position = START
    while True:
        rows, position = log.read(position, batch)
        if not rows:
            return held
        held += rows


def by_customer(rows: Iterable[LoggedEvent | None]) -> list[LoggedEvent]:
    """Rows customer by customer, each one's in the order given: no log promises an order beyond that."""
    return sorted((row for row in rows if row), key=lambda row: row.event.subject or "")


def events_of(log: EventLog) -> list[Event]:
    return [row.event for row in by_customer(everything(log))]


def lines_of(appended: Appended) -> list[str]:
    assert appended.logged is not None and isinstance(appended.logged.event, Purchased)
    return [line.line for line in appended.logged.event.lines]


class EventLogContract:
    """Subclass and implement `open`; the same path opened again is the same log."""

    def open(self, path: Path) -> EventLog:
        raise NotImplementedError

    @pytest.fixture
    def log(self, tmp_path: Path) -> Iterator[EventLog]:
        log = self.open(tmp_path)
        yield log
        log.close()

    def test_what_is_appended_is_read_back_equal_and_in_order(self, log: EventLog) -> None:
        product = ProductChanged(
            id=EventId("p1"), source="shop", at=Instant(1), received=Instant(1), product=ProductId("milk"), price=129
        )
        traits = TraitsChanged(
            id=EventId("t1"), source="crm", at=Instant(-5), received=Instant(1), customer=ANN, traits={"age": 40}
        )
        events = [view(1), product, traits, order("o1", "1", ["milk#1", "brød#1"]), view(2, BOB)]
        appended = log.append(events)
        assert [row.event for row in (one.logged for one in appended) if row] == events
        assert by_customer(everything(log)) == by_customer(one.logged for one in appended)

    def test_numbers_rise_and_positions_lead_from_batch_to_batch(self, log: EventLog) -> None:
        log.append([view(number) for number in range(25)])
        rows = everything(log, batch=10)
        assert [row.event.at for row in rows] == list(range(25))
        assert [row.seq for row in rows] == sorted({row.seq for row in rows})

    def test_reading_at_the_end_stays_there_until_something_comes(self, log: EventLog) -> None:
        assert log.end() == START
        log.append([view(1)])
        end = log.end()
        assert log.read(end) == ([], end)
        log.append([view(2)])
        assert [row.event for row in log.read(end)[0]] == [view(2)]

    def test_a_position_nobody_gave_out_is_refused(self, log: EventLog) -> None:
        with pytest.raises(InvalidValue, match="position"):
            log.read(Position("somewhere"))

    def test_an_empty_append_answers_nothing(self, log: EventLog) -> None:
        assert log.append([]) == []
        assert everything(log) == []

    def test_an_event_counts_once_in_one_call_and_over_calls(self, log: EventLog) -> None:
        first = log.append([view(1), view(1)])
        again = log.append([view(1), view(2)])
        assert [one.duplicate for one in first] == [False, True]
        assert [one.duplicate for one in again] == [True, False]
        assert events_of(log) == [view(1), view(2)]

    def test_the_same_id_from_another_source_is_another_event(self, log: EventLog) -> None:
        log.append([view(1, source="web"), view(1, source="app")])
        assert len(everything(log)) == 2

    def test_an_order_partly_known_keeps_its_new_lines(self, log: EventLog) -> None:
        first, second, third = log.append(
            [
                order("o1", "7", ["milk#1", "bread#1"]),
                order("o2", "7", ["bread#1", "eggs#1", "eggs#1"]),
                order("o3", "7", ["eggs#1", "milk#1"]),
            ]
        )
        assert lines_of(first) == ["milk#1", "bread#1"]
        assert lines_of(second) == ["eggs#1"]
        assert third.duplicate
        assert len(everything(log)) == 2

    def test_order_numbers_of_two_sources_are_two_orders(self, log: EventLog) -> None:
        log.append([order("o1", "7", ["milk#1"], source="till"), order("o2", "7", ["milk#1"], source="web")])
        assert len(everything(log)) == 2

    def test_a_link_whose_id_was_another_events_joins_nobody(self, log: EventLog) -> None:
        log.append([view(1)])
        assert [one.duplicate for one in log.append(both_ends("e1", previous=ANN))] == [True, True]
        assert events_of(log) == [view(1)]

    def test_a_link_of_which_one_end_was_lost_is_whole_once_it_is_sent_again(self, log: EventLog) -> None:
        said, other_end = both_ends("e1", previous=ANN)
        log.append([said])
        assert [one.duplicate for one in log.append([said, other_end])] == [True, False]
        assert events_of(log) == [other_end, said]

    def test_a_link_said_before_one_end_was_erased_comes_to_neither(self, log: EventLog) -> None:
        log.forget(erased("x", 50, BOB))
        assert [one.duplicate for one in log.append(both_ends("e1", previous=ANN))] == [True, True]

    def test_what_was_acknowledged_is_there_after_opening_again(self, tmp_path: Path) -> None:
        log = self.open(tmp_path)
        log.append([view(1), order("o1", "7", ["milk#1"])])
        log.close()
        log = self.open(tmp_path)
        assert events_of(log) == [view(1), order("o1", "7", ["milk#1"])]
        assert [one.duplicate for one in log.append([view(1), order("o2", "7", ["milk#1"])])] == [True, True]
        log.close()

    def test_what_was_submitted_before_closing_is_written(self, tmp_path: Path) -> None:
        log = self.open(tmp_path)
        futures = [log.submit([view(number)]) for number in range(50)]
        log.close()
        assert all(len(future.result(0)) == 1 for future in futures)
        log = self.open(tmp_path)
        assert len(everything(log)) == 50
        log.close()

    def test_a_closed_log_is_unavailable_and_closing_twice_is_nothing(self, tmp_path: Path) -> None:
        log = self.open(tmp_path)
        log.close()
        log.close()
        with pytest.raises(LogUnavailable, match="closed"):
            log.append([view(1)])
        with pytest.raises(LogUnavailable, match="closed"):
            log.read(START)

    def test_64_callers_at_once_all_get_their_own_answer(self, log: EventLog) -> None:
        answers: dict[int, list[Appended]] = {}

        def call(number: int) -> None:
            customer = CustomerId(f"user:{number}")
            for step in range(5):
                answers[number * 5 + step] = log.append([view(number * 5 + step, customer), view(10_000)])

        threads = [threading.Thread(target=call, args=(number,)) for number in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rows = everything(log)
        assert len(rows) == 64 * 5 + 1
        assert {number: one[0].logged for number, one in answers.items()} == {
            row.event.at: row for row in rows if row.event.at != 10_000
        }
        assert sum(not one[1].duplicate for one in answers.values()) == 1

    def test_calls_submitted_from_one_thread_keep_their_order(self, log: EventLog) -> None:
        futures: list[Future[list[Appended]]] = [log.submit([view(number)]) for number in range(200)]
        seqs = [one.logged.seq for future in futures for one in future.result() if one.logged]
        assert seqs == sorted(seqs) and len(seqs) == 200

    def test_an_order_resent_by_many_at_once_counts_each_line_once(self, log: EventLog) -> None:
        futures = [log.submit([order(f"o{number}", "7", [f"p{number % 10}#1", "milk#1"])]) for number in range(100)]
        for future in futures:
            future.result()
        lines = [line.line for event in events_of(log) if isinstance(event, Purchased) for line in event.lines]
        assert sorted(lines) == sorted({"milk#1", *(f"p{number}#1" for number in range(10))})

    def test_forgetting_leaves_the_erasure_and_everyone_else(self, log: EventLog) -> None:
        log.append([view(1), view(2, BOB), order("o1", "7", ["milk#1"]), order("o2", "8", ["milk#1"], BOB)])
        before = {row.seq: row.event for row in everything(log)}
        end = log.end()
        told = log.forget(erased("x", 50))
        after = {row.seq: row.event for row in everything(log)}
        assert told.logged is not None and log.read(end)[0] == [told.logged]
        assert after == {
            **{seq: event for seq, event in before.items() if event.subject == BOB},
            told.logged.seq: erased("x", 50),
        }

    def test_what_an_erased_customer_did_before_stays_known_and_later_events_count(self, log: EventLog) -> None:
        log.append([view(1), order("o1", "7", ["milk#1"])])
        log.forget(erased("x", 50))
        again = log.append([view(1), order("o1", "7", ["milk#1"]), view(50), view(51), view(9, BOB)])
        assert [one.duplicate for one in again] == [True, True, True, False, False]
        assert events_of(log) == [erased("x", 50), view(51), view(9, BOB)]

    def test_an_erasure_is_known_when_it_comes_again_even_after_opening_again(self, tmp_path: Path) -> None:
        log = self.open(tmp_path)
        log.append([view(1)])
        log.forget(erased("x", 50))
        log.append([view(60)])
        log.close()
        log = self.open(tmp_path)
        assert log.forget(erased("x", 50)).duplicate
        assert [one.duplicate for one in log.append([view(2), view(61)])] == [True, False]
        assert events_of(log) == [erased("x", 50), view(60), view(61)]
        log.close()

    def test_an_erasure_that_comes_as_an_event_forgets_too(self, log: EventLog) -> None:
        log.append([view(1), view(2, BOB), erased("x", 50), view(60)])
        assert events_of(log) == [erased("x", 50), view(60), view(2, BOB)]

    def test_numbers_are_never_used_again_after_forgetting(self, log: EventLog) -> None:
        used = [one.logged.seq for one in log.append([view(number) for number in range(10)]) if one.logged]
        told = log.forget(erased("x", 50)).logged
        assert told is not None and told.seq > max(used)
        log.forget(erased("y", 60))
        fresh = log.append([view(100)])[0].logged
        assert fresh is not None and fresh.seq > told.seq + 1
