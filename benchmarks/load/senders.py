"""Senders that post until they are heard: what nobody acknowledged is sent again, however often the server dies."""

import http.client
import json
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

import numpy as np

__all__ = ["Senders"]

SIZES = (1, 1, 2, 20)
"""Messages of a batch, one of these at random."""

ANSWER_SECONDS = 30
HEARD_SECONDS = 180
RETRY_SECONDS = 0.02


class Senders:
    """Threads that each draw a batch, post it until it is acknowledged, and go on, until the block ends.

    acknowledged: messages. repeated: batches sent again for want of an answer. forgotten: messages that had been
    acknowledged before an outage, and were news when they were sent once more after it. Leaving the block raises
    RuntimeError where a batch was refused, or not acknowledged for 180 s.
    """

    def __init__(
        self, port: int, number: int, draw: Callable[[int], list[dict[str, Any]]], rng: np.random.Generator
    ) -> None:
        self._port, self._draw = port, draw
        self._drawing, self._counting = threading.Lock(), threading.Lock()
        self._ending, self._given_up = threading.Event(), threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(own,)) for own in rng.spawn(number)]
        self._failures: list[BaseException] = []
        self.acknowledged = self.repeated = self.forgotten = 0

    def __enter__(self) -> "Senders":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        if error is not None:
            self._given_up.set()
        for thread in self._threads:
            thread.join()
        if self._failures and error is None:
            raise RuntimeError("a sender gave up") from self._failures[0]

    def _run(self, rng: np.random.Generator) -> None:
        before: bytes | None = None
        try:
            while not self._ending.is_set():
                with self._drawing:
                    messages = self._draw(int(rng.choice(SIZES)))
                body = json.dumps({"batch": messages}).encode()
                times = self._post(body, len(messages))[0]
                forgotten = 0
                if times > 1 and before is not None:
                    forgotten = self._post(before, None)[1]
                with self._counting:
                    self.acknowledged += len(messages)
                    self.repeated += times - 1
                    self.forgotten += forgotten
                before = body
        except Exception as error:
            self._failures.append(error)

    def _post(self, body: bytes, messages: int | None) -> tuple[int, int]:
        """(how often it was sent, how many messages of it were news); `messages` is how many must be known then."""
        ends = time.monotonic() + HEARD_SECONDS
        times = 0
        while time.monotonic() < ends and not self._given_up.is_set():
            times += 1
            answer = self._answer(body)
            if answer is None:
                time.sleep(RETRY_SECONDS)
                continue
            known = answer["accepted"] + answer["duplicates"]
            if messages is not None and known != messages:
                raise RuntimeError(f"{known} of {messages} messages were taken: {answer}")
            return times, int(answer["accepted"])
        raise RuntimeError(f"not acknowledged for {HEARD_SECONDS} s")

    def _answer(self, body: bytes) -> dict[str, Any] | None:
        """What the server says, None where it says nothing, or that it cannot now."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_SECONDS)
        try:
            connection.request("POST", "/v1/batch", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        if response.status == 503:
            return None
        if response.status != 200:
            raise RuntimeError(f"/v1/batch answered {response.status}: {text.decode()}")
        answer: dict[str, Any] = json.loads(text)
        return answer
