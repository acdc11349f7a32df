"""Streams: the pages that listen for new answers, each woken by the events of the person it shows something to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Iterator

from prometheus_client import Gauge

from graph import CustomerId, LoggedEvent, PatronError

__all__ = ["Listener", "Streams", "TooManyStreams"]


class TooManyStreams(PatronError):
    """As many pages listen as may."""

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} pages are listening, which is as many as may at once")


class Listener:
    """One page. It holds no answers, only whether there is news: so however slowly it reads, nothing piles up."""

    def __init__(self) -> None:
        self.leaves: frozenset[CustomerId] = frozenset()
        self.ended = False
        self._news = asyncio.Event()

    def wake(self) -> None:
        self._news.set()

    def end(self) -> None:
        """Nothing more is to be sent."""
        self.ended = True
        self._news.set()

    def seen(self) -> None:
        """What comes from now on is news; that it has ended remains so."""
        if not self.ended:
            self._news.clear()

    async def news(self, seconds: float) -> bool:
        """Whether something has come since `seen`, or comes within so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()
        return self._news.is_set()


class Streams:
    """All listeners, by the leaves they follow. For one event loop."""

    def __init__(self, most: int, open_streams: Gauge) -> None:
        self._most, self._gauge = most, open_streams
        self._open: set[Listener] = set()
        self._followers: dict[CustomerId, set[Listener]] = {}
        self._turn = asyncio.Lock()
        self._ended = False

    @contextlib.contextmanager
    def listener(self) -> Iterator[Listener]:
        """A page that listens as long as this is open; TooManyStreams where there is no room for it."""
        if len(self._open) >= self._most:
            raise TooManyStreams(self._most)
        listener = Listener()
        self._open.add(listener)
        self._gauge.set(len(self._open))
        if self._ended:
            listener.end()
        try:
            yield listener
        finally:
            self.follow(listener, frozenset())
            self._open.discard(listener)
            self._gauge.set(len(self._open))

    def follow(self, listener: Listener, leaves: frozenset[CustomerId]) -> None:
        """Wake a listener from now on by the events of these leaves, and of no others."""
        for leaf in listener.leaves - leaves:
            followers = self._followers[leaf]
            followers.discard(listener)
            if not followers:
                del self._followers[leaf]
        for leaf in leaves - listener.leaves:
            self._followers.setdefault(leaf, set()).add(listener)
        listener.leaves = leaves

    def wake(self, logged: Iterable[LoggedEvent]) -> None:
        """Tell those who follow whomever these events are about."""
        if not self._followers:
            return
        for customer in {row.event.subject for row in logged}:
            for listener in self._followers.get(customer, ()) if customer is not None else ():
                listener.wake()

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One listener after the other, with other requests between them: many may be woken at once."""
        async with self._turn:
            await asyncio.sleep(0)
            yield

    def end(self) -> None:
        """Let every stream end, those to come after their first answer: the server is about to stop."""
        self._ended = True
        for listener in self._open:
            listener.end()
