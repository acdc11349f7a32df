"""Forwarding: records of a topic as bodies for a running server, which takes them like everything else it is sent."""

import base64
from collections.abc import Callable, Sequence
from enum import StrEnum
from http.client import HTTPException
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import msgspec

from graph import PatronError

__all__ = ["Format", "Forwarder", "Taken"]

TIMEOUT_SECONDS = 60.0
FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 10.0
SHOWN = 4096
"""Characters of a record that is too large for a body which are sent, to be refused, in its place."""

BUSY = (429, 502, 503, 504)


class Format(StrEnum):
    """What a record's value is: one message as Segment's HTTP tracking API takes it, or one structured CloudEvent."""

    SEGMENT = "segment"
    CLOUDEVENTS = "cloudevents"


class Taken(NamedTuple):
    """What became of records: events now in the log, known already, and records that are no events."""

    accepted: int = 0
    duplicates: int = 0
    refused: int = 0

    def plus(self, other: "Taken") -> "Taken":
        return Taken(*(one + another for one, another in zip(self, other, strict=True)))


class _Answer(msgspec.Struct):
    accepted: int = 0
    duplicates: int = 0
    refused_total: int = 0


class Forwarder:
    """Sends records to the server at `url` and returns when what they say is durable there.

    While the server is away or busy it waits, ever longer, and tries again, calling `wait` with the seconds.
    """

    def __init__(
        self, url: str, key: str, form: Format, wait: Callable[[float], object], say: Callable[[str], object]
    ) -> None:
        self._form, self._wait, self._say = form, wait, say
        segment = form is Format.SEGMENT
        self._url = f"{url.rstrip('/')}/v1/{'batch' if segment else 'events'}"
        self._headers = {
            "Content-Type": "application/json" if segment else "application/cloudevents-batch+json",
            "Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode(),
        }

    def send(self, records: Sequence[bytes]) -> Taken:
        """What became of these records, each counted once however often it is sent.

        A record that is no event is kept by the server as a dead letter. PatronError where the server refuses the key,
        or is none of ours.
        """
        body = b"[" + b",".join(map(_as_json, records)) + b"]"
        if self._form is Format.SEGMENT:
            body = b'{"batch":' + body + b"}"
        status, answer = self._posted(body)
        if status in (200, 422):
            told = msgspec.json.decode(answer, type=_Answer)
            return Taken(told.accepted, told.duplicates, told.refused_total)
        if status == 413 and len(records) > 1:
            half = len(records) // 2
            return self.send(records[:half]).plus(self.send(records[half:]))
        if status == 413:
            return self.send([msgspec.json.encode(records[0][:SHOWN].decode("utf-8", "replace"))])
        raise PatronError(f"{self._url} answered {status}: {answer[:300].decode('utf-8', 'replace')}")

    def _posted(self, body: bytes) -> tuple[int, bytes]:
        """The status and the body of an answer that is not "later"."""
        wait, trouble = FIRST_WAIT_SECONDS, ""
        while True:
            try:
                with urlopen(Request(self._url, body, self._headers, method="POST"), timeout=TIMEOUT_SECONDS) as answer:
                    return int(answer.status), answer.read()
            except HTTPError as error:
                with error:
                    if error.code not in BUSY:
                        return error.code, error.read()
                said = f"it answers {error.code}"
            except (OSError, HTTPException) as error:
                said = str(error)
            if said != trouble:
                self._say(f"{self._url}: {said}; trying again until it takes events")
                trouble = said
            self._wait(wait)
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)


def _as_json(record: bytes) -> bytes:
    """A record as a part of a JSON body; what is no JSON becomes a text, which the server refuses by itself."""
    try:
        msgspec.json.decode(record)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return msgspec.json.encode(record.decode("utf-8", "replace"))
    return record
