import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewPartitions

from graph import START, EventLog, InvalidValue, LoggedEvent, LogUnavailable, Position
from graph.events.codec import encode
from graph.events.family import Event
from graph.log.answers import AnswerLedger
from graph.log.dead_letters import DeadLetters
from graph.log.kafka.address import KafkaAddress
from graph.log.kafka.kafka_log import KafkaEventLog
from graph.log.kafka.local import LocalKafka
from graph.log.lag import lag_of
from graph.log.log_file import LogFile
from graph.log.opening import open_log, read_log
from graph.log.subjects import erased_after, subjects_after
from tests.graph.log.event_log_contract import (
    ANN,
    BOB,
    EventLogContract,
    by_customer,
    erased,
    events_of,
    everything,
    order,
    view,
)
from tests.graph.log.kafka_topics import Topics

Opening = Callable[..., KafkaEventLog]


class TestKafkaEventLog(EventLogContract):
    @pytest.fixture(autouse=True)
    def _topics(self, kafka_topics: Topics) -> None:
        self.topics = kafka_topics

    def open(self, path: Path) -> EventLog:
        return KafkaEventLog(path / "log.db", self.topics.address_for(path), partitions=3, busy_seconds=1)


@pytest.fixture
def address(kafka_topics: Topics, tmp_path: Path) -> KafkaAddress:
    return kafka_topics.address_for(tmp_path)


@pytest.fixture
def opened(address: KafkaAddress, tmp_path: Path) -> Iterator[Opening]:
    """A server's log by the server's name, closed at the end."""
    with ExitStack() as left:

        def open_one(name: str, patience: float = 10.0) -> KafkaEventLog:
            log = KafkaEventLog(tmp_path / name, address, partitions=3, patience=patience)
            return left.enter_context(closing(log))

        yield open_one


def until(true: Callable[[], object], seconds: float = 30) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.02)


def refused_at_start(open_one: Callable[[], KafkaEventLog], match: str) -> None:
    with pytest.raises(InvalidValue, match=match):
        open_one()


def test_two_servers_hold_the_same_events_under_the_same_numbers(opened: Opening) -> None:
    one, two = opened("one.db"), opened("two.db")
    mine = one.append([view(number) for number in range(20)] + [order("o1", "7", ["milk#1", "bread#1"], BOB)])
    theirs = two.append([view(19), view(20), order("o2", "7", ["bread#1", "eggs#1"], BOB)])
    assert [told.duplicate for told in theirs] == [True, False, False], "an event sent through both counts once"
    newest = [told.logged for told in (*mine, *theirs) if told.logged]
    until(lambda: len(everything(one)) == len(newest))
    assert by_customer(everything(one)) == by_customer(everything(two)) == by_customer(newest)
    assert one.end() == two.end()


def test_on_commit_sees_what_other_servers_were_sent(address: KafkaAddress, tmp_path: Path, opened: Opening) -> None:
    seen: list[LoggedEvent] = []
    with closing(KafkaEventLog(tmp_path / "listening.db", address, partitions=3, on_commit=seen.extend)):
        told = opened("sending.db").append([view(1)])
        until(lambda: seen)
    assert seen == [told[0].logged]


def test_an_erasure_forgets_in_every_replica_and_in_one_made_later(opened: Opening) -> None:
    one, two = opened("one.db"), opened("two.db")
    one.append([view(1), view(2, BOB), order("o1", "7", ["milk#1"])])
    before = one.end()
    two.forget(erased("x", 50))
    later = opened("later.db")
    for log in (one, two, later):
        until(partial(_holds, log, [erased("x", 50), view(2, BOB)]))
        assert erased_after(log, before) == {ANN} and erased_after(log, log.end()) == frozenset()
        assert ANN in subjects_after(log, START)
        assert [one.duplicate for one in log.append([view(3)])] == [True]


def test_another_process_reads_the_file_and_knows_how_far_behind_it_is(opened: Opening, tmp_path: Path) -> None:
    log = opened("log.db")
    log.append([view(number, ANN if number % 2 else BOB) for number in range(10)])
    url = "kafka://somewhere:9092/" + (log.topic or "")
    with closing(read_log(tmp_path / "log.db", url)) as reader:
        half, position = reader.read(START, 5)
        assert 0 < len(half) <= 5
        assert lag_of(reader, START).events == 10 and lag_of(reader, position).events == 10 - len(half)
        rest, end = reader.read(position, 100)
        assert by_customer(half + rest) == by_customer(everything(log)) and end == reader.end()
        assert lag_of(reader, end).events == 0
        with pytest.raises(InvalidValue, match="position"):
            reader.read(Position("17"))


def test_a_record_that_is_no_event_becomes_a_dead_letter_and_the_next_one_counts(
    address: KafkaAddress, opened: Opening
) -> None:
    log = opened("log.db")
    producer = Producer({"bootstrap.servers": address.servers})
    producer.produce(address.topic, b"not msgpack", partition=0, headers={"schema": b"1"})
    producer.produce(address.topic, encode(view(1)), partition=0)
    producer.produce(address.topic, None, partition=0, headers={"schema": b"1"})
    producer.produce(address.topic, encode(view(2)), partition=0, headers={"schema": b"1"})
    producer.flush(10)
    until(lambda: everything(log))
    assert events_of(log) == [view(2)]
    letters = DeadLetters(log).newest()
    assert [letter.source for letter in letters] == ["kafka"] * 3
    assert {letter.refusal.field for letter in letters} == {
        "record 0/0.payload",
        "record 0/1.headers.schema",
        "record 0/2.payload",
    }


def test_an_event_of_a_later_version_is_waited_at_and_never_passed_over(
    address: KafkaAddress, opened: Opening, tmp_path: Path
) -> None:
    log = opened("log.db")
    log.append([view(1)])
    producer = Producer({"bootstrap.servers": address.servers})
    producer.produce(address.topic, b"", partition=0, headers={"schema": b"99"})
    producer.flush(10)
    until(lambda: log.refused)
    with pytest.raises(LogUnavailable, match="newer version"):
        log.append([view(2)])
    assert events_of(log) == [view(1)]


def test_what_expired_unread_is_told_of_and_the_rest_is_read(
    address: KafkaAddress, opened: Opening, caplog: pytest.LogCaptureFixture
) -> None:
    first = opened("first.db")
    first.append([view(number) for number in range(10)])
    (logged,) = (row for row in everything(first) if row.event == view(9))
    partition, offset = (logged.seq - 1) % 3, (logged.seq - 1) // 3
    admin = AdminClient({"bootstrap.servers": address.servers})
    for done in admin.delete_records([TopicPartition(address.topic, partition, offset)]).values():
        done.result(10)
    late = opened("late.db")
    until(lambda: late.caught_up and everything(late))
    assert everything(late) == [logged]
    assert "9 records of" in caplog.text and "have expired" in caplog.text
    assert first.append([view(1)])[0].duplicate, "what was read before stays known"


def test_other_partitions_a_new_topic_and_a_file_of_its_own_are_refused(
    address: KafkaAddress, opened: Opening, tmp_path: Path
) -> None:
    log = opened("log.db")
    log.append([view(1)])
    log.close()
    admin = AdminClient({"bootstrap.servers": address.servers})
    admin.create_partitions([NewPartitions(address.topic, 4)])[address.topic].result(10)
    refused_at_start(lambda: opened("log.db"), r"partitions of topic .*: got 4, expected 3")
    admin.delete_topics([address.topic])[address.topic].result(10)
    until(lambda: address.topic not in admin.list_topics(timeout=5).topics)
    opened("other.db").close()
    refused_at_start(lambda: opened("log.db"), r"id of topic .* deleted and made again")
    refused_at_start(lambda: KafkaEventLog(tmp_path / "log.db", address._replace(topic="t")), "PATRON_LOG")
    with closing(open_log(tmp_path / "own.db", "")) as own:
        own.append([view(1)])
    refused_at_start(lambda: opened("own.db"), "PATRON_LOG")
    with pytest.raises(InvalidValue, match="whose replica"):
        open_log(tmp_path / "other.db", "")


def test_without_a_broker_calls_are_refused_at_once_what_is_held_is_read_and_it_catches_up(
    kafka: LocalKafka, opened: Opening
) -> None:
    log = opened("log.db", patience=2)
    ledger = AnswerLedger(log)
    log.append([view(1)])
    kafka.kill()
    lost = log.submit([view(2)])
    with pytest.raises(LogUnavailable):
        lost.result(10)
    begun = time.monotonic()
    with pytest.raises(LogUnavailable, match="cannot be reached"):
        log.append([view(3)])
    assert time.monotonic() - begun < 0.5
    assert ledger.record("r1", ANN, view(1).at, b"answer")
    until(lambda: ledger.get("r1"))
    assert events_of(log) == [view(1)]
    kafka.start()
    until(lambda: _taken(log))
    assert [told.duplicate for told in log.append([view(3)])] == [True]


def _holds(log: EventLog, events: list[Event]) -> bool:
    return events_of(log) == events


def _taken(log: KafkaEventLog) -> bool:
    try:
        return bool(log.append([view(3)]))
    except LogUnavailable:
        return False


def test_a_server_that_starts_without_a_broker_shows_what_it_has_and_comes_up_with_it(
    kafka: LocalKafka, opened: Opening, tmp_path: Path
) -> None:
    log = opened("log.db")
    log.append([view(1)])
    log.close()
    kafka.stop()
    again = opened("log.db")
    assert events_of(again) == [view(1)] and not again.caught_up
    with pytest.raises(LogUnavailable, match="Kafka at"):
        opened("new.db")
    kafka.start()
    until(lambda: again.caught_up)
    assert [told.duplicate for told in again.append([view(1), view(2)])] == [True, False]


_KILLED_WRITERS = """
import random, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from graph.log.opening import open_log
from tests.graph.killed import killed_at_random
from tests.graph.log.event_log_contract import view

def write(number, report):
    log = open_log(Path(sys.argv[1]), sys.argv[3], partitions=3)
    number *= 1_000_000
    while True:
        log.append([view(number), view(number + 1), view(number + 2)])
        report.write(f"{number}\\n")
        number += 3

print(*killed_at_random(write, rounds=5, longest=0.1, rng=random.Random(5)), sep="\\n")
"""


def test_kill_9_of_the_writer_loses_nothing_acknowledged_and_doubles_nothing(
    kafka_topics: Topics, opened: Opening, tmp_path: Path
) -> None:
    root = str(Path(__file__).parents[4])
    url = kafka_topics.url_for(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", _KILLED_WRITERS, str(tmp_path / "log.db"), root, url],
        capture_output=True,
        text=True,
        timeout=60,
    )
    acknowledged = [int(line) for line in done.stdout.split()]
    assert len({number // 1_000_000 for number in acknowledged}) == 5, done.stderr
    log, fresh = opened("log.db"), opened("fresh.db")
    until(lambda: log.caught_up and fresh.caught_up)
    held = [row.event.at for row in everything(log)]
    assert len(held) == len(set(held))
    assert {number + step for number in acknowledged for step in range(3)} <= set(held)
    assert everything(fresh) == everything(log), "a replica made anew is the same"


def test_a_file_that_repeats_no_topic_yet_is_not_read_as_one(tmp_path: Path) -> None:
    LogFile(tmp_path / "log.db").close()
    with pytest.raises(LogUnavailable, match="repeats no topic yet"):
        read_log(tmp_path / "log.db", "kafka://here:9092/events")


@pytest.mark.parametrize(
    "url", ["kafka://", "kafka://here/events", "kafka://here:9092", "redis://here:1/x", "here:1/x"]
)
def test_a_url_that_names_no_topic_is_refused(url: str) -> None:
    with pytest.raises(InvalidValue, match="PATRON_LOG"):
        KafkaAddress.of(url)
