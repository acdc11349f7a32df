"""A real server on a copy of a data folder, and clients that cost little next to it."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Server", "free_port", "left_out", "load", "served", "wait_until"]

READY_SECONDS, ANALYSED_SECONDS = 60.0, 600.0


@dataclass(frozen=True)
class Server:
    """A server process that answers on `port`; `ready_seconds` from its start to its first 200 on /readyz."""

    port: int
    pid: int
    data: Path
    ready_seconds: float

    def holds(self, library: str) -> bool:
        """Whether the process has a file of this library in memory."""
        return library in Path(f"/proc/{self.pid}/maps").read_text()

    def memory_mb(self) -> int:
        """Resident memory of the process."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


@contextlib.contextmanager
def served(data: Path, cpus: Set[int] | None = None, **settings: str) -> Iterator[Server]:
    """`patron serve` on a copy of the folder, so that what is measured leaves no trace in it; a setting is a keyword.

    What a server does only once after it started, the first analysis of the graph, is over before the caller goes on. A
    Neo4j that lies in the folder is not copied, nor a socket that a killed worker left there. cpus: the cores that the
    server and its worker are held to.
    """
    with tempfile.TemporaryDirectory(prefix="patron-bench-") as copy:
        folder = Path(shutil.copytree(data, Path(copy) / "data", ignore=left_out))
        os.sync()  # or the disk is busy with the copy for half a minute, and whoever commits meanwhile waits for it
        port = free_port()
        begun = time.perf_counter()
        command = [sys.executable, "-m", "api", "serve", "--data", str(folder), "--port", str(port)]
        environ = os.environ | {f"PATRON_{name.upper()}": value for name, value in settings.items()}
        if cpus is not None:
            command = ["taskset", "--cpu-list", ",".join(map(str, sorted(cpus))), *command]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environ)
        try:
            wait_until(f"http://127.0.0.1:{port}/readyz", process)
            ready = time.perf_counter() - begun
            if settings.get("explore") != "false":
                wait_until(f"http://127.0.0.1:{port}/v1/graph/overview", process, ANALYSED_SECONDS)
            yield Server(port, process.pid, folder, ready)
        finally:
            process.terminate()
            process.wait(30)


def left_out(folder: str, names: list[str]) -> set[str]:
    """What a copy of a data folder goes without, for `shutil.copytree`: a Neo4j, and sockets."""
    return {name for name in names if name == "neo4j" or (Path(folder) / name).is_socket()}


def wait_until(url: str, process: "subprocess.Popen[bytes]", seconds: float = READY_SECONDS) -> None:
    """Wait for a 200; RuntimeError where the process ends or takes over so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with exit code {process.returncode}")
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1) as answer:
            if answer.status == 200:
                return
        time.sleep(0.01)
    raise RuntimeError(f"no answer from {url} within {seconds:.0f} s")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Load:
    """What came back: milliseconds of each answer, the seconds it all took, one answer's bytes, and other statuses."""

    milliseconds: list[float]
    seconds: float
    sample: bytes
    failures: int


def load(
    port: int,
    path: str,
    bodies: Iterable[bytes],
    connections: int,
    answered: Callable[[bytes, bytes], None] = lambda asked, answer: None,
) -> Load:
    """POST every body over `connections` keep-alive connections, each sending its next request once answered.

    answered: called with what was sent and the body that came back.
    """
    waiting = iter(bodies)
    times: list[float] = []
    failures = 0
    sample = b""

    class Client(asyncio.Protocol):
        def __init__(self, finished: "asyncio.Future[None]") -> None:
            self._finished = finished
            self._held = b""
            self._asked = b""
            self._sent = 0.0

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self._transport = transport
            self._next()

        def data_received(self, data: bytes) -> None:
            nonlocal failures, sample
            self._held += data
            head, found, body = self._held.partition(b"\r\n\r\n")
            if not found:
                return
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            if len(body) < length:
                return
            times.append((time.perf_counter() - self._sent) * 1000)
            if not head.startswith(b"HTTP/1.1 200"):
                failures += 1
            answered(self._asked, body)
            sample, self._held = body, b""
            self._next()

        def connection_lost(self, exc: Exception | None) -> None:
            if not self._finished.done():
                self._finished.set_exception(exc or ConnectionResetError("the server hung up"))

        def _next(self) -> None:
            body = next(waiting, None)
            if body is None:
                self._finished.set_result(None)
                self._transport.close()
                return
            head = (
                f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            self._asked, self._sent = body, time.perf_counter()
            self._transport.write(head.encode() + body)

    async def everything() -> None:
        loop = asyncio.get_running_loop()
        finished = [loop.create_future() for _ in range(connections)]
        make: Callable[[asyncio.Future[None]], Callable[[], Client]] = lambda done: lambda: Client(done)  # noqa: E731
        for done in finished:
            await loop.create_connection(make(done), "127.0.0.1", port)
        await asyncio.gather(*finished)

    begun = time.perf_counter()
    asyncio.run(everything())
    return Load(times, time.perf_counter() - begun, sample, failures)
