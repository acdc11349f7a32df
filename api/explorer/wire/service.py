"""Service: the worker's end of the explorer, a socket behind which a few threads answer."""

import asyncio
import contextlib
import logging
import os
import queue
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import NamedTuple

from api.explorer.reach import Deadline
from api.explorer.wire.frames import MAX_QUESTION, Asked, Told, read_frame, write_frame

__all__ = ["Answering", "Service"]

THREADS = 2
WAITING = 16
SECONDS = 10.0
LOOK_SECONDS = 1.0
_log = logging.getLogger("patron.explorer")

Answering = Callable[[Asked, Deadline], Told]
"""What answers in one thread."""


class _Question(NamedTuple):
    asked: Asked
    deadline: Deadline
    told: "Future[Told]"


class Service:
    """Listens at `address` until closed, for the user it runs as alone; what an earlier worker left there is replaced.

    While a newer worker answers there this one is silent, and takes the place again once nobody does.
    answering: makes what answers, once a thread and in it. seconds: how long a question may take, waiting included.
    """

    def __init__(
        self,
        address: Path,
        answering: Callable[[], Answering],
        *,
        seconds: float = SECONDS,
        threads: int = THREADS,
        waiting: int = WAITING,
    ) -> None:
        self._address, self._answering, self._seconds = address, answering, seconds
        self._questions: queue.Queue[_Question] = queue.Queue(waiting)
        are = "question is" if waiting == 1 else "questions are"
        self._busy = Told(status=503, detail=f"{waiting} {are} waiting already, and no more may")
        self._late = Told(status=503, detail="other questions took the time this one had")
        self._socket, self._inode = _listening(address)
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()
        # Daemons: a worker that is told to stop does not wait for a question to be answered.
        self._threads = [threading.Thread(target=self._answer, daemon=True, name="explorer") for _ in range(threads)]
        self._threads.append(threading.Thread(target=self._listen, daemon=True, name="explorer-socket"))
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop listening, and remove the socket where it is still this one."""
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._threads[-1].join(1.0)
        if self._inode == _inode(self._address):
            self._address.unlink(missing_ok=True)

    def _listen(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        while not self._stopped.is_set():
            server = await asyncio.start_unix_server(self._connected, sock=self._socket)
            try:
                await self._until_stopped_or_bound_anew()
            finally:
                server.close()

    async def _until_stopped_or_bound_anew(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), LOOK_SECONDS)
                return
            if self._inode == _inode(self._address) or not await self._deserted():
                continue
            try:
                self._socket, self._inode = _listening(self._address)
            except OSError as error:
                _log.debug("cannot listen at %s: %s", self._address.name, error)
            else:
                _log.info("listening at %s again, where nobody answered any more", self._address.name)
                return

    async def _deserted(self) -> bool:
        """Whether nobody listens at the address."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                _, writer = await asyncio.open_unix_connection(self._address)
        except (FileNotFoundError, ConnectionRefusedError):
            return True
        except (OSError, TimeoutError):
            return False
        writer.close()
        return False

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                asked = await read_frame(reader, Asked, MAX_QUESTION)
            write_frame(writer, await self._told(asked))
            await writer.drain()
        except (OSError, EOFError, ValueError, TimeoutError) as error:
            _log.debug("a question that could not be read or answered: %s", error)
        finally:
            writer.close()

    async def _told(self, asked: Asked) -> Told:
        question = _Question(asked, Deadline(self._seconds), Future())
        try:
            self._questions.put_nowait(question)
        except queue.Full:
            return self._busy
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.wrap_future(question.told)
        except TimeoutError:
            if question.told.cancel():  # nobody had begun to answer
                return self._late
            return Told(status=503, detail=question.deadline.words, retry_after=None)

    def _answer(self) -> None:
        answer = self._answering()
        while True:
            question = self._questions.get()
            if question.told.set_running_or_notify_cancel():
                try:
                    question.told.set_result(answer(question.asked, question.deadline))
                except BaseException as error:  # whoever asked is told, and the thread goes on
                    question.told.set_exception(error)


def _inode(address: Path) -> int | None:
    try:
        return address.stat().st_ino
    except FileNotFoundError:
        return None


def _listening(address: Path) -> tuple[socket.socket, int]:
    """A socket at `address` that only this user may connect to, put there at once in place of what was; its inode."""
    beside = address.with_name(f"{address.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(os.fspath(beside))
        beside.chmod(0o600)
        listening.listen(128)
        inode = beside.stat().st_ino
        beside.replace(address)
    except BaseException:
        listening.close()
        raise
    return listening, inode
