"""Network: a TCP relay to a server that can be slow, swallow what is said, or break in the middle of it."""

import socket
import threading
import time
from types import TracebackType

__all__ = ["Network"]


class Network:
    """While it is entered, `port` on loopback leads to the server's; every byte the client says is counted in `said`.

    latency: seconds that each piece waits on its way. swallowing: nothing arrives any more, and nobody is told.
    """

    def __init__(self, server_port: int) -> None:
        self.latency = 0.0
        self.swallowing = False
        self.said = 0
        self._breaks_at: int | None = None
        self._server_port = server_port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def break_after(self, said: int) -> None:
        """Break every connection as soon as `said` more bytes have reached the server, before it answers."""
        self._breaks_at = self.said + said

    def break_now(self) -> None:
        for each in self._open:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:  # it is broken already
                continue

    def __enter__(self) -> "Network":
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self.break_now()
        for thread in self._threads:
            thread.join()
        for each in (self._listening, *self._open):
            each.close()

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client = self._listening.accept()[0]
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._server_port))
            self._open += [client, server]
            self._start(self._relay, client, server, True)
            self._start(self._relay, server, client, False)

    def _relay(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        try:
            while piece := source.recv(65_536):
                time.sleep(self.latency)
                if self.swallowing:
                    continue
                at_hand = None if self._breaks_at is None or not counted else self._breaks_at - self.said
                target.sendall(piece[:at_hand])
                self.said += len(piece) if counted else 0
                if at_hand is not None and len(piece) >= at_hand:
                    self._breaks_at = None
                    self.break_now()
        except OSError:  # the other side is gone
            pass
        for each in (source, target):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:  # it is broken already
                continue
