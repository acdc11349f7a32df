"""Service: a question has so long, few may wait, and what comes over the socket is not trusted to be one."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.explorer.explorer import Explorer, Shared
from api.explorer.reach import Deadline
from api.explorer.wire.frames import MAX_QUESTION, Asked, Told
from api.explorer.wire.relay import Relay
from api.explorer.wire.service import Answering, Service
from api.settings import loaded_settings


@pytest.fixture
def answering(data: Path) -> Answering:
    return Explorer(Shared.of(loaded_settings(data=data))).answer


@pytest.fixture
def address(tmp_path: Path) -> Path:
    return tmp_path / "explorer.sock"


@pytest.fixture
def service(address: Path, answering: Answering) -> Iterator[Service]:
    running = Service(address, lambda: answering)
    yield running
    running.close()


def test_a_question_that_takes_too_long_is_a_503_in_words_not_to_be_asked_again(address: Path) -> None:
    let_go = threading.Event()

    def held(asked: Asked, deadline: Deadline) -> Told:
        let_go.wait()
        return Told()

    running = Service(address, lambda: held, seconds=0.5, threads=1)

    async def ask() -> list[Told]:
        relay = Relay(address)
        return list(await asyncio.gather(*(relay.ask("view", b"") for _ in range(2))))

    begun, waiting = sorted(asyncio.run(ask()), key=lambda told: told.retry_after or 0)
    let_go.set()
    assert (begun.status, begun.retry_after) == (503, None) and "longer than 0.5 seconds" in begun.detail
    assert (waiting.status, waiting.retry_after) == (503, 1) and "other questions" in waiting.detail
    running.close()


def test_a_query_gives_up_by_itself_once_its_time_is_over(answering: Answering) -> None:
    told = answering(Asked("node", b"node=product:dairy-01"), Deadline(-1.0))
    assert (told.status, told.retry_after) == (503, None) and "ask for less, for fewer nodes" in told.detail


def test_an_unknown_question_is_not_found_and_no_fault_of_ours(
    answering: Answering, caplog: pytest.LogCaptureFixture
) -> None:
    told = answering(Asked("nothing", b""), Deadline(10.0))
    assert (told.status, told.field, told.value) == (404, "verb", "nothing") and "neighbours" in told.expected
    assert not caplog.records


def test_beyond_those_who_may_wait_the_answer_is_busy(address: Path, answering: Answering) -> None:
    let_go = threading.Event()

    def held(asked: Asked, deadline: Deadline) -> Told:
        let_go.wait(120)
        return answering(asked, deadline)

    running = Service(address, lambda: held, threads=1, waiting=1)

    async def ask() -> list[Told]:
        relay = Relay(address)
        asking = [asyncio.create_task(relay.ask("node", b"node=product:dairy-01")) for _ in range(6)]
        await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
        let_go.set()
        return list(await asyncio.gather(*asking))

    told = asyncio.run(ask())
    assert {one.status for one in told} == {200, 503}
    assert {one.detail for one in told if one.status == 503} == {"1 question is waiting already, and no more may"}
    running.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\x00\x00",
        b"\x00\x00\x00\x05hello",
        (MAX_QUESTION + 1).to_bytes(4, "big"),
        b"\x00\x00\x00\x01\xc0",
    ],
)
def test_what_is_no_question_gets_no_answer_and_harms_nobody(service: Service, address: Path, sent: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(address))
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    assert asyncio.run(Relay(address).ask("node", b"node=product:dairy-01")).status == 200


def test_a_newer_service_takes_the_place_of_an_older_one(address: Path, answering: Answering) -> None:
    older, newer = (Service(address, lambda: answering) for _ in range(2))
    older.close()
    assert asyncio.run(Relay(address).ask("node", b"node=product:dairy-01")).status == 200
    newer.close()
    assert not address.exists()


def test_an_older_service_takes_its_place_back_once_the_newer_one_is_gone(address: Path, answering: Answering) -> None:
    older, newer = (Service(address, lambda: answering) for _ in range(2))
    newer.close()
    _until_answered(address)
    address.unlink()
    _until_answered(address)
    older.close()
    assert not address.exists()


def test_a_service_takes_the_place_of_a_newer_one_that_was_killed(address: Path, answering: Answering) -> None:
    older = Service(address, lambda: answering)
    address.unlink()
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(address))
    _until_answered(address)
    older.close()
    assert not address.exists()


def test_a_worker_that_goes_away_in_the_middle_is_a_503(address: Path) -> None:
    async def ask() -> Told:
        async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"\x00\x00\x00\x10half")
            writer.close()

        async with await asyncio.start_unix_server(hang_up, address):
            return await Relay(address).ask("node", b"")

    told = asyncio.run(ask())
    assert told.status == 503 and "went away" in told.detail


def test_a_silent_worker_is_a_503(address: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(address))
        silent.listen()
        told = asyncio.run(Relay(address, patience=0.05).ask("node", b""))
    assert told.status == 503 and "did not answer within 0.05 seconds" in told.detail


def _until_answered(address: Path) -> None:
    ends = time.monotonic() + 120
    while asyncio.run(Relay(address).ask("node", b"node=product:dairy-01")).status != 200:
        assert time.monotonic() < ends, "nobody answers"
        time.sleep(0.05)
