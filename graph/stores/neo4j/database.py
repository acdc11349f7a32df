"""Database: one Neo4j database as transactions, with its failures said as Patron's."""

import math
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from neo4j import READ_ACCESS, WRITE_ACCESS, Driver, GraphDatabase, ManagedTransaction, Session, unit_of_work
from neo4j.exceptions import (
    AuthError,
    ConfigurationError,
    ConnectionAcquisitionTimeoutError,
    DriverError,
    IncompleteCommit,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
)

from graph.errors import InvalidValue, StoreUnavailable
from graph.stores.neo4j.address import Address
from graph.stores.neo4j.schema import migrate

__all__ = ["Database"]

T = TypeVar("T")

_CONNECT_SECONDS = 5.0
_SEND_SECONDS = 30.0
_IDLE_SECONDS = 2.0
"""A connection that waited longer is asked whether it still stands before it is used."""
_TRANSACTION_SECONDS = 600.0
_FIRST_WAIT_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 1.0
_FETCH = 10_000

TAKE_TURN = "MATCH (g:Patron {id: 'graph'}) SET g.writes = g.writes + 1"


class Database:
    """A database that any number of threads may use; nothing is asked of the server before the first call.

    retry_seconds: how long after its first failure a call tries again, at short and random distances, what the server
        calls worth retrying; a long transaction gets its second chance too.
    pool: how many connections there may be at a time. acquire_seconds: how long a call waits for one of them.
    """

    def __init__(
        self, address: Address, *, retry_seconds: float = 5.0, pool: int = 16, acquire_seconds: float = 10.0
    ) -> None:
        self.address = address
        self._retry_seconds = retry_seconds
        self._migrated = False
        self._migrating = threading.Lock()
        try:
            self._driver: Driver = GraphDatabase.driver(
                address.uri,
                auth=(address.user, address.password),
                connection_timeout=_CONNECT_SECONDS,
                connection_write_timeout=_SEND_SECONDS,
                connection_acquisition_timeout=acquire_seconds,
                liveness_check_timeout=_IDLE_SECONDS,
                max_connection_pool_size=pool,
                max_transaction_retry_time=0,
                keep_alive=True,
                notifications_min_severity="OFF",
                telemetry_disabled=True,
                user_agent="patron",
            )
        except (ConfigurationError, ValueError) as error:
            raise InvalidValue("graph_url", str(address), f"an address the driver accepts ({error})") from error

    def read(self, work: Callable[[ManagedTransaction], T]) -> T:
        """The result of `work` in one read transaction; it may be called again, so it must do the same each time."""
        return self._managed(READ_ACCESS, work)

    def write(self, work: Callable[[ManagedTransaction], T]) -> T:
        """The result of `work` in one transaction, all of it or nothing; writers of the graph take turns."""

        def in_turn(tx: ManagedTransaction) -> T:
            tx.run(TAKE_TURN).consume()
            return work(tx)

        return self._managed(WRITE_ACCESS, in_turn)

    @contextmanager
    def undisturbed(self) -> Iterator[ManagedTransaction]:
        """A transaction to read in that no writer of the graph disturbs; they wait for its end. It changes nothing."""
        self._migrate()
        with self._failures(), self._session(WRITE_ACCESS) as session:
            tx = session.begin_transaction(timeout=_TRANSACTION_SECONDS)
            try:
                tx.run(TAKE_TURN).consume()
                yield tx  # type: ignore[misc]
            finally:
                tx.close()

    def close(self) -> None:
        self._driver.close()

    def _managed(self, access: str, work: Callable[[ManagedTransaction], T]) -> T:
        self._migrate()
        bounded = unit_of_work(timeout=_TRANSACTION_SECONDS)(work)

        def run(session: Session) -> T:
            return (session.execute_read if access == READ_ACCESS else session.execute_write)(bounded)

        with self._failures():
            return self._retried(access, run)

    def _retried(self, access: str, work: Callable[[Session], T]) -> T:
        give_up, wait = math.inf, _FIRST_WAIT_SECONDS
        while True:
            try:
                with self._session(access) as session:
                    return work(session)
            except (Neo4jError, DriverError) as error:
                give_up = min(give_up, time.monotonic() + self._retry_seconds)  # from the first failure on
                if not error.is_retryable() or _is_hopeless(error) or time.monotonic() + wait > give_up:
                    raise
            time.sleep(random.uniform(wait / 2, wait))
            wait = min(2 * wait, _LONGEST_WAIT_SECONDS)

    def _migrate(self) -> None:
        if self._migrated:
            return
        with self._migrating, self._failures():
            if not self._migrated:
                self._retried(WRITE_ACCESS, migrate)
                self._migrated = True

    def _session(self, access: str) -> Session:
        return self._driver.session(database=self.address.database, default_access_mode=access, fetch_size=_FETCH)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except StoreUnavailable as error:
            raise StoreUnavailable(f"graph store {self.address}: {error}") from None
        except (Neo4jError, DriverError) as error:
            raise StoreUnavailable(f"graph store {self.address}: {_reason(error)}") from error


def _is_hopeless(error: Neo4jError | DriverError) -> bool:
    """Whether trying again within seconds ends the same way: nobody is there, or the transaction is too large."""
    return isinstance(error, ServiceUnavailable | ConnectionAcquisitionTimeoutError) or _lacks_memory(error)


def _lacks_memory(error: Neo4jError | DriverError) -> bool:
    code = getattr(error, "code", None) or ""
    return "OutOfMemory" in code or "MemoryPool" in code


def _reason(error: Neo4jError | DriverError) -> str:
    code = getattr(error, "code", None) or ""
    match error:
        case AuthError():
            return "the server refuses this user name and password"
        case IncompleteCommit():
            return "the connection was lost during a commit; doing the same again is safe"
        case ConnectionAcquisitionTimeoutError():
            return "every connection is in use, and none became free in time"
        case ServiceUnavailable() | SessionExpired():
            return "the server cannot be reached; nothing of this call was written"
    if code.endswith("DatabaseNotFound"):
        return "the server has no database of that name"
    if _lacks_memory(error):
        return "the server has too little memory for this transaction; nothing of this call was written"
    if code.endswith("DeadlockDetected"):
        return "others kept changing the same nodes (deadlock); nothing of this call was written"
    if "Timeout" in code or "TimedOut" in code:
        return "the server ended a transaction that took too long; nothing of this call was written"
    if "Driver" in str(error) and "closed" in str(error).lower():
        return "it is closed"
    return str(getattr(error, "message", None) or error)
