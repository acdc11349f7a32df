"""Link: the way to one Valkey, which refuses at once while it is away and is looked for by a thread of its own."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import valkey
from valkey.exceptions import ConnectionError as Disconnected
from valkey.exceptions import TimeoutError as TookTooLong
from valkey.exceptions import ValkeyError

from graph.errors import InvalidValue, StoreUnavailable

__all__ = ["Link", "check_address", "shown_address"]

SCHEMES = ("redis", "rediss", "valkey", "valkeys", "unix")
T = TypeVar("T")
_logger = logging.getLogger(__name__)


class Link:
    """For one thread and its probe. Whoever asks waits for at most `timeout_seconds`, once in an outage.

    lives: how many starts of the server have been seen, the first not counted.
    """

    def __init__(self, address: str, *, timeout_seconds: float, probe_seconds: float) -> None:
        self.lives = 0
        self._shown = shown_address(address)
        self._probe_seconds = probe_seconds
        self._run: str | None = None
        self._away: str | None = None
        self._ended = threading.Event()
        waits = {"socket_timeout": timeout_seconds}
        if not address.startswith("unix"):
            waits["socket_connect_timeout"] = timeout_seconds
        self._client: Any = valkey.Valkey.from_url(address, valkey_connect_func=self._met, **waits)

    def ask(self, question: Callable[..., T], *of: object) -> T:
        """What `question(client, *of)` answers; StoreUnavailable where the server does not, or not in time."""
        if self._away is not None:
            raise StoreUnavailable(f"{self._shown} is away: {self._away}")
        try:
            return question(self._client, *of)
        except (Disconnected, TookTooLong) as error:
            self._lost(error)
            raise StoreUnavailable(f"{self._shown} is away: {error}") from error
        except ValkeyError as error:
            raise StoreUnavailable(f"{self._shown} cannot be used: {error}") from error

    def close(self) -> None:
        self._ended.set()
        self._client.close()

    def _met(self, connection: Any) -> None:
        """Greet a new connection, and see whether it leads to the same life of the server as the one before."""
        connection.on_connect()
        connection.send_command("INFO", "server")
        told = connection.read_response()
        text = told.decode() if isinstance(told, bytes) else str(told)
        run = next(line for line in text.splitlines() if line.startswith("run_id:"))
        if self._run is not None and run != self._run:
            self.lives += 1
        self._run = run

    def _lost(self, error: ValkeyError) -> None:
        self._away = str(error)
        _logger.warning("%s is away, going on without it: %s", self._shown, error)
        threading.Thread(target=self._look_for_it, daemon=True, name="valkey-probe").start()

    def _look_for_it(self) -> None:
        began = time.monotonic()
        while not self._ended.wait(self._probe_seconds):
            try:
                self._client.ping()
            except (ValkeyError, OSError):
                continue
            self._away = None
            _logger.warning("%s answers again, after %.1f s", self._shown, time.monotonic() - began)
            return


def check_address(address: str, field: str = "PATRON_PROFILES") -> None:
    """Raise InvalidValue where an address is none of a Valkey; what stands for a password is not shown."""
    expected = "redis://host:6379/0, rediss://…, valkey://…, valkeys://… or unix:///path/of/the.sock; empty for a file"
    parts = urlsplit(address)
    if parts.scheme not in SCHEMES or not (parts.path if parts.scheme == "unix" else parts.hostname):
        raise InvalidValue(field, shown_address(address), expected)
    try:
        _ = parts.port
        number = parts.path.strip("/")
        if parts.scheme != "unix" and number and not number.isdecimal():
            raise ValueError
    except ValueError:
        raise InvalidValue(field, shown_address(address), expected) from None


def shown_address(address: str) -> str:
    """An address without its password."""
    scheme, found, place = address.partition("://")
    user, at, host = place.rpartition("@")
    host = host.partition("?")[0]  # a password may stand there too
    return f"{scheme}{found}{user.partition(':')[0]}{at}{host}"
