"""Spool: more interactions than memory should hold, sorted by key on disk."""

import heapq
import tempfile
from collections.abc import Iterator
from typing import IO

import msgspec

from graph.interactions import Interaction

__all__ = ["Spool"]

_RUN = 50_000


class Spool:
    """Interactions put in as they come and read out once by key; kept in temporary files, a sorted run in each."""

    def __init__(self) -> None:
        self._waiting: list[Interaction] = []
        self._runs: list[IO[bytes]] = []
        self._encode = msgspec.msgpack.Encoder().encode

    def put(self, interaction: Interaction) -> None:
        self._waiting.append(interaction)
        if len(self._waiting) == _RUN:
            self._write()

    def by_key(self) -> Iterator[Interaction]:
        """All of them; the files are gone when the last was read or the iterator is closed."""
        if not self._runs:
            yield from sorted(self._waiting, key=_key)
            return
        self._write()
        try:
            yield from heapq.merge(*(_read(run) for run in self._runs), key=_key)
        finally:
            for run in self._runs:
                run.close()

    def _write(self) -> None:
        run = tempfile.TemporaryFile(prefix="patron-export-")  # noqa: SIM115 - `by_key` closes it
        for each in sorted(self._waiting, key=_key):
            body = self._encode(each)
            run.write(len(body).to_bytes(4, "big") + body)
        run.seek(0)
        self._runs.append(run)
        self._waiting = []


def _read(run: IO[bytes]) -> Iterator[Interaction]:
    decode = msgspec.msgpack.Decoder(Interaction).decode
    while head := run.read(4):
        yield decode(run.read(int.from_bytes(head, "big")))


def _key(interaction: Interaction) -> str:
    return interaction.key
