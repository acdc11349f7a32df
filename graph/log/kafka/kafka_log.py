"""KafkaEventLog: the event log in a Kafka topic, which each server repeats in its own log.db."""

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

from confluent_kafka import Message

from graph.errors import LogUnavailable, PatronError, SchemaTooNew
from graph.events.family import Event
from graph.instants import Instant
from graph.log.commits import Call, Commits, Deliver, OnCommit
from graph.log.dead_letters import kept_row
from graph.log.event_log import Appended
from graph.log.file_log import Aside, FileLog
from graph.log.kafka.address import KafkaAddress
from graph.log.kafka.records import Read, read_record
from graph.log.kafka.replica import known_topic, move_on, next_offsets, repeats
from graph.log.kafka.sender import Sender
from graph.log.kafka.tail import ANSWER_SECONDS, Tail
from graph.log.kafka.topic import Topic, found_topic
from graph.log.kafka.waiting import Waiting
from graph.log.positions import seq_of
from graph.log.writer import ASIDE_A_GROUP, ASIDE_LINGER, MAX_ASIDE
from graph.sqlite_file import transaction

__all__ = ["KafkaEventLog"]

_logger = logging.getLogger("patron.kafka")

SOURCE = "kafka"
"""Where dead letters of the topic come from."""

LOOK_SECONDS = 0.002
IDLE_SECONDS = 0.05
RETRY_SECONDS = 0.25


class KafkaEventLog(FileLog):
    """An EventLog for any thread; one process of a data folder holds it, others read the folder's LogFile.

    An event is durable when every in-sync copy of the topic has it, and answered when this server has read it back into
    its file, in the one order that all servers read. A topic that is missing is made with `partitions`. A call waits at
    most `patience` seconds. Without brokers a file that repeats the topic already can be read all the same.

    Raises LogUnavailable where a new file finds no broker, InvalidValue where the file and the topic do not belong
    together.
    """

    def __init__(
        self,
        path: Path,
        address: KafkaAddress,
        *,
        partitions: int = 12,
        on_commit: OnCommit | None = None,
        deliver: Deliver | None = None,
        busy_seconds: float = 5.0,
        patience: float = 10.0,
    ) -> None:
        self._address = address
        # What a crash of the machine takes from this file is read from the topic again.
        self._commits = Commits(path, on_commit, deliver, busy_seconds, synchronous="NORMAL")
        try:
            self._topic = self._belonging(partitions)
            super().__init__(path, busy_seconds=busy_seconds)
        except BaseException:
            self._commits.disconnect()
            raise
        self._waiting = Waiting()
        self._sender = Sender(address, self._topic, self._waiting, patience)
        self._tail = Tail(address, self._topic)
        self._patience = patience
        self._asides: deque[Aside] = deque()
        self._closed = False
        self.refused: PatronError | None = None  # why nothing more is read
        self._reading_on = False
        self._thread = threading.Thread(target=self._run, name=f"kafka {self._topic.name}", daemon=True)
        self._thread.start()

    @property
    def caught_up(self) -> bool:
        """Whether the file holds all that the topic held when this server began to read."""
        return self._tail.caught_up

    def submit(self, events: Sequence[Event]) -> Future[list[Appended]]:
        if self._closed:
            raise LogUnavailable(f"{self.path.name} is closed")
        if self.refused is not None:
            raise LogUnavailable(str(self.refused))
        return self._sender.send(tuple(events))

    def aside(self, row: Aside) -> bool:
        if self._closed or len(self._asides) >= MAX_ASIDE:
            return False
        self._asides.append(row)
        return True

    def close(self) -> None:
        """Wait, at most as long as a call may take, until what was submitted is in the file, then end."""
        self._closed = True
        self._thread.join()
        super().close()

    def _belonging(self, partitions: int) -> Topic:
        """The topic of this file; where it is known and no broker answers, as it was."""
        connection = self._commits.connection()
        known = known_topic(connection)
        if known is not None:
            known.must_be_called(self._address.topic)
        try:
            topic = found_topic(self._address, None if known else partitions, ANSWER_SECONDS)
        except LogUnavailable as error:
            if known is None:
                raise
            _logger.warning("%s: serving what %s holds", error, self._commits.path.name)
            return known
        with transaction(connection):
            repeats(connection, topic)
        return topic

    # ── one thread: acknowledgements, records, answers beside them ────────────────────────────────────────────────

    def _run(self) -> None:
        looked, wrote = 0.0, time.monotonic()
        ends: float | None = None
        while True:
            if self._closed:
                ends = ends or time.monotonic() + self._patience
                if (self._waiting.idle() and not self._asides) or time.monotonic() > ends:
                    break
            self._sender.serve()
            if (self._sender.away or not self._reading_on) and time.monotonic() - looked > RETRY_SECONDS:
                self._look()
                looked = time.monotonic()
            records = self._read()
            if records or (self._asides and time.monotonic() - wrote > ASIDE_LINGER):
                self._take(records)
                wrote = time.monotonic()
            elif not records:
                self._commits.truncate()
        self._sender.close()
        self._tail.close()
        self._commits.disconnect()

    def _look(self) -> None:
        """Begin to read where that is not so yet, and notice that brokers are back."""
        if self.refused is not None:
            return
        try:
            if not self._reading_on:
                connection = self._commits.connection()
                with transaction(connection):
                    repeats(connection, found_topic(self._address, None, ANSWER_SECONDS))
                self._tail.begin(next_offsets(connection, self.partitions))
                self._reading_on = True
                self._sender.reached()
            elif self._tail.answers():
                self._sender.reached()
        except LogUnavailable:
            return  # told by the sender
        except PatronError as error:
            self._refuse(error)
        except Exception:
            _logger.exception("reading the topic cannot begin, will try again")

    def _read(self) -> list[Message]:
        if not self._reading_on:
            time.sleep(LOOK_SECONDS)
            return []
        try:
            return self._tail.read(LOOK_SECONDS if self._waiting.events else IDLE_SECONDS)
        except LookupError:
            self._reading_on = False
            return []

    def _take(self, records: Sequence[Message]) -> None:
        """Write records and what waits beside them into the file, however often that has to be tried."""
        asides = [self._asides.popleft() for _ in range(min(ASIDE_A_GROUP, len(self._asides)))]
        read: list[tuple[int, Read]] = []
        offsets: dict[int, int] = {}
        for message in records:
            partition, offset = message.partition() or 0, message.offset() or 0
            try:
                one = read_record(message)
            except SchemaTooNew as error:
                self._refuse(error)
                break
            offsets[partition] = offset + 1
            if one.event is not None:
                read.append((seq_of(partition, offset, self.partitions), one))
            elif one.refusal is not None:
                asides.append(kept_row(one.refusal, SOURCE, Instant(message.timestamp()[1] * 1000)))
        said = False
        while True:
            call = self._call_of(read)
            try:
                self._commits.write([call], asides, lambda connection: move_on(connection, offsets))
                break
            except Exception as error:
                if not said:
                    _logger.error("%s: will try again", error)
                said = True
                if self._closed:
                    return
                time.sleep(RETRY_SECONDS)
                self._sender.serve()
        self._waiting.committed(one.call for _, one in read if one.call is not None and self._ours(one))
        self._tail.came_to(offsets)

    def _call_of(self, read: Sequence[tuple[int, Read]]) -> Call:
        """Records as one call, whose answer is handed to whoever of this server sent them."""
        events = [one.event for _, one in read if one.event is not None]
        call = Call(events, [one.payload for _, one in read], [seq for seq, _ in read])

        def answer(appended: Future[list[Appended]]) -> None:
            pairs = zip(read, appended.result(), strict=True)
            self._waiting.answered(
                (one.call, answer) for (_, one), answer in pairs if one.call is not None and self._ours(one)
            )

        call.future.add_done_callback(answer)
        return call

    def _ours(self, one: Read) -> bool:
        return one.call is not None and one.call.server == self._sender.server

    def _refuse(self, error: PatronError) -> None:
        """Stop reading: what comes next is not for this file, or not for this version."""
        self.refused = error
        self._reading_on = False
        _logger.error("%s: nothing more is read, and no event is taken", error)
