"""Awaiting what another thread finishes."""

import asyncio
from concurrent.futures import Future
from threading import get_ident
from typing import TypeVar

__all__ = ["awaited"]

T = TypeVar("T")


def awaited(future: "Future[T]") -> "asyncio.Future[T]":
    """A future of threads for the running loop.

    As `asyncio.wrap_future`, but who finishes it in the loop's own thread, as the log does, wakes no selector; and a
    caller who gives up leaves it be: what was handed to the log goes there.
    """
    loop, thread = asyncio.get_running_loop(), get_ident()
    waiting: asyncio.Future[T] = loop.create_future()

    # Neither closes over the future that holds it, so both go without a garbage collection.
    def settle(done: "Future[T]") -> None:
        if waiting.done():
            return
        if done.cancelled():
            waiting.cancel()
            return
        error = done.exception()
        if error is None:
            waiting.set_result(done.result())
        else:
            waiting.set_exception(error)

    def finished(done: "Future[T]") -> None:
        if get_ident() == thread:
            settle(done)
        elif not loop.is_closed():
            loop.call_soon_threadsafe(settle, done)

    future.add_done_callback(finished)
    return waiting
