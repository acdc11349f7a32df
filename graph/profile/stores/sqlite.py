"""SqliteProfiles: profiles.db, the profiles and the catalogue up to one position in the log."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from msgspec.msgpack import Decoder, Encoder

from graph.errors import StoreUnavailable
from graph.ids import CustomerId
from graph.log.event_log import START, Position
from graph.nodes import Product
from graph.profile.codec import decode_profile, encode_profile
from graph.profile.profile import Profile
from graph.profile.stores.forward import forward
from graph.profile.stores.profile_store import Choices
from graph.sqlite_file import open_sqlite, transaction

__all__ = ["SqliteProfiles"]

_SCHEMA = (
    """
    CREATE TABLE profile (
        customer TEXT NOT NULL PRIMARY KEY,
        seq INTEGER NOT NULL,
        state BLOB NOT NULL
    );
    CREATE TABLE product (
        id TEXT NOT NULL PRIMARY KEY,
        at INTEGER NOT NULL,
        event TEXT NOT NULL,
        seq INTEGER NOT NULL,
        entry BLOB NOT NULL
    );
    CREATE TABLE progress (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        position TEXT NOT NULL
    );
    INSERT INTO progress (one, position) VALUES (1, '')
    """,
    "ALTER TABLE progress ADD COLUMN features TEXT NOT NULL DEFAULT ''",
    # Profiles are packed otherwise since: they are folded anew from the log.
    "DELETE FROM profile; DELETE FROM product; UPDATE progress SET position = '', features = ''",
)
_PUT_PROFILE = (
    "INSERT INTO profile (customer, seq, state) VALUES (?, ?, ?) "
    "ON CONFLICT (customer) DO UPDATE SET seq = excluded.seq, state = excluded.state WHERE excluded.seq >= profile.seq"
)
_PUT_PRODUCT = (
    "INSERT INTO product (id, at, event, seq, entry) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET "
    "at = excluded.at, event = excluded.event, seq = excluded.seq, entry = excluded.entry "
    "WHERE (excluded.at, excluded.event) >= (product.at, product.event)"
)

_AT_ONCE = 500


_encode = Encoder().encode
_choices_decoder = Decoder(Choices)
_product_decoder = Decoder(Product)


class SqliteProfiles:
    """A ProfileStore of one machine: one process writes, any number read."""

    lives = 0  # what a process of ours has written to the file outlives it

    def __init__(self, path: Path, *, busy_seconds: float = 5.0) -> None:
        self._path = path
        try:
            self._connection = open_sqlite(path, _SCHEMA, synchronous="NORMAL", busy_seconds=busy_seconds)
        except sqlite3.Error as error:
            raise self._unavailable(error) from error

    @property
    def name(self) -> str:
        return self._path.name

    def read(self, customer: CustomerId) -> Profile | None:
        try:
            row = self._connection.execute("SELECT state FROM profile WHERE customer = ?", (customer,)).fetchone()
        except sqlite3.Error as error:
            raise self._unavailable(error) from error
        return None if row is None else decode_profile(row[0])

    def read_all(self, customers: Collection[CustomerId]) -> dict[CustomerId, Profile]:
        decode = decode_profile
        return {customer: decode(state) for customer, state in self._columns("state", customers)}

    def count(self) -> int:
        """How many profiles there are."""
        try:
            return int(self._connection.execute("SELECT count(*) FROM profile").fetchone()[0])
        except sqlite3.Error as error:
            raise self._unavailable(error) from error

    def everybody(self) -> Iterator[Profile]:
        """Every profile, for a copy."""
        try:
            for (state,) in self._connection.execute("SELECT state FROM profile"):
                yield decode_profile(state)
        except sqlite3.Error as error:
            raise self._unavailable(error) from error

    def seqs(self, customers: Collection[CustomerId]) -> dict[CustomerId, int]:
        return dict(self._columns("seq", customers))

    def _columns(self, column: str, customers: Collection[CustomerId]) -> Iterator[tuple[CustomerId, Any]]:
        wanted = list(customers)
        try:
            for start in range(0, len(wanted), _AT_ONCE):
                part = wanted[start : start + _AT_ONCE]
                marks = ", ".join("?" * len(part))
                yield from self._connection.execute(
                    f"SELECT customer, {column} FROM profile WHERE customer IN ({marks})", part
                )
        except sqlite3.Error as error:
            raise self._unavailable(error) from error

    def choices(self, customer: CustomerId) -> Choices | None:
        try:
            row = self._connection.execute("SELECT state FROM profile WHERE customer = ?", (customer,)).fetchone()
        except sqlite3.Error as error:
            raise self._unavailable(error) from error
        return None if row is None else _choices_decoder.decode(row[0])

    def linking(self) -> Iterator[tuple[CustomerId, Choices]]:
        """As every store's; reads the whole file."""
        return self._having(b"linked")

    def choosing(self) -> Iterator[tuple[CustomerId, Choices]]:
        """As every store's; reads the whole file."""
        return self._having(b"consents")

    def _having(self, field: bytes) -> Iterator[tuple[CustomerId, Choices]]:
        try:
            # The name of the field stands in a profile that has it: only those are unpacked.
            rows = self._connection.execute("SELECT customer, state FROM profile WHERE instr(state, ?)", (field,))
            for customer, state in rows:
                yield customer, _choices_decoder.decode(state)
        except sqlite3.Error as error:
            raise self._unavailable(error) from error

    def products(self) -> Iterator[tuple[Product, int]]:
        decode = _product_decoder.decode
        try:
            for entry, seq in self._connection.execute("SELECT entry, seq FROM product ORDER BY rowid"):
                yield decode(entry), seq
        except sqlite3.Error as error:
            raise self._unavailable(error) from error

    def position(self) -> Position:
        try:
            row = self._connection.execute("SELECT position FROM progress").fetchone()
        except sqlite3.Error as error:
            raise self._unavailable(error) from error
        return START if row is None else Position(row[0])

    def features(self, fingerprint: str) -> str:
        """The fingerprint of the feature table these profiles are folded with: the one given where none is folded yet.

        Another one than that of the table in use means that features lack what happened before, until a rebuild.
        """
        try:
            self._connection.execute("UPDATE progress SET features = ? WHERE position = ''", (fingerprint,))
            row = self._connection.execute("SELECT features FROM progress").fetchone()
        except sqlite3.Error as error:
            raise self._unavailable(error) from error
        return "" if row is None else str(row[0])

    def write(self, profiles: Iterable[Profile], products: Iterable[tuple[Product, int]], position: Position) -> None:
        """As every store's, and in one transaction."""
        try:
            with transaction(self._connection) as connection:
                connection.executemany(
                    _PUT_PROFILE, ((profile.customer, profile.seq, encode_profile(profile)) for profile in profiles)
                )
                connection.executemany(
                    _PUT_PRODUCT,
                    ((product.id, *product.stamp, seq, _encode(product)) for product, seq in products),
                )
                held = Position(connection.execute("SELECT position FROM progress").fetchone()[0])
                connection.execute("UPDATE progress SET position = ?", (forward(held, position),))
        except sqlite3.Error as error:
            raise self._unavailable(error) from error

    def checkpoint(self) -> bool:
        """Empty the write-ahead log, which holds what was erased too; False while a reader is in the way."""
        try:
            return not self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.Error as error:
            raise self._unavailable(error) from error

    def close(self) -> None:
        self._connection.close()

    def _unavailable(self, error: sqlite3.Error) -> StoreUnavailable:
        return StoreUnavailable(f"{self._path.name} cannot be used: {error}")
