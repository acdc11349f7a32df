"""Service: the worker's end of the explorer, a socket behind which a few threads answer."""

import asyncio
import logging
import os
import queue
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import NamedTuple

from api.explorer.frames import MAX_QUESTION, Asked, Told, read_frame, write_frame
from api.explorer.reach import Deadline

__all__ = ["Answering", "Service"]

THREADS = 2
WAITING = 16
SECONDS = 10.0
_log = logging.getLogger("patron.explorer")

Answering = Callable[[Asked, Deadline], Told]
"""What answers in one thread."""


class _Question(NamedTuple):
    asked: Asked
    deadline: Deadline
    told: "Future[Told]"


class Service:
    """Listens at `address` until closed, for the user it runs as alone; what an earlier worker left there is replaced.

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
        self._socket = _listening(address)
        self._inode = address.stat().st_ino
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
        try:
            if self._address.stat().st_ino == self._inode:
                self._address.unlink()
        except FileNotFoundError:
            pass

    def _listen(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        async with await asyncio.start_unix_server(self._connected, sock=self._socket):
            await self._stopped.wait()

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
            return Told(status=503, detail=question.deadline.words)

    def _answer(self) -> None:
        answer = self._answering()
        while True:
            question = self._questions.get()
            if question.told.set_running_or_notify_cancel():
                try:
                    question.told.set_result(answer(question.asked, question.deadline))
                except BaseException as error:  # whoever asked is told, and the thread goes on
                    question.told.set_exception(error)


def _listening(address: Path) -> socket.socket:
    """A socket at `address` that only this user may connect to, put there at once in place of what was."""
    beside = address.with_name(f"{address.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(os.fspath(beside))
        beside.chmod(0o600)
        listening.listen(128)
        beside.replace(address)
    except BaseException:
        listening.close()
        raise
    return listening
