"""Relay: the server's end of the explorer, which passes questions to the worker and its bytes back."""

import asyncio
import logging
from pathlib import Path

from api.explorer.wire.frames import Asked, Told, read_frame, write_frame

__all__ = ["Relay"]

CONNECT_SECONDS = 5.0
PATIENCE_SECONDS = 12.0
"""The worker gives up after 10 s by itself."""
RETRY_SECONDS = 5
AWAY = (
    "explorer queries run in `patron worker`, and none answers for this data folder: start one, or let `patron serve` "
    "start it (PATRON_WORKER)"
)
_log = logging.getLogger("patron.server")


class Relay:
    """Asks the worker that listens at `address`, a connection a question; nothing here computes."""

    def __init__(self, address: Path, patience: float = PATIENCE_SECONDS) -> None:
        self._address, self._patience = address, patience

    async def ask(self, verb: str, query: bytes) -> Told:
        """What the worker answers; a 503 in words where it is away or silent."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                reader, writer = await asyncio.open_unix_connection(self._address)
        except (OSError, TimeoutError):
            return Told(status=503, detail=AWAY, retry_after=RETRY_SECONDS)
        try:
            async with asyncio.timeout(self._patience):
                write_frame(writer, Asked(verb, query))
                return await read_frame(reader, Told)
        except TimeoutError:
            return Told(status=503, detail=f"the worker did not answer within {self._patience:g} seconds")
        except (OSError, EOFError, ValueError) as error:
            _log.warning("the worker went away in the middle of an answer: %s", error)
            return Told(status=503, detail="the worker went away before it answered", retry_after=RETRY_SECONDS)
        finally:
            writer.close()
