"""What a thread finishes reaches whoever waits for it in the loop."""

import asyncio
import gc
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from functools import wraps
from threading import Thread
from weakref import ref

import pytest

from api.awaiting import awaited


def in_a_loop(test: Callable[[], Coroutine[None, None, None]]) -> Callable[[], None]:
    @wraps(test)
    def run() -> None:
        asyncio.run(test())

    return run


@in_a_loop
async def test_what_is_finished_already_is_there() -> None:
    future: Future[int] = Future()
    future.set_result(1)
    waiting = awaited(future)
    assert waiting.done() and await waiting == 1


@in_a_loop
async def test_what_the_loops_own_thread_finishes_needs_no_other_turn() -> None:
    future: Future[int] = Future()
    waiting = awaited(future)
    asyncio.get_running_loop().call_soon(future.set_result, 2)
    await asyncio.sleep(0)
    assert waiting.done() and await waiting == 2


@in_a_loop
async def test_another_thread_wakes_the_loop() -> None:
    future: Future[int] = Future()
    waiting = awaited(future)
    Thread(target=future.set_result, args=(3,)).start()
    assert await asyncio.wait_for(waiting, 5) == 3


@in_a_loop
async def test_an_error_is_raised_where_it_is_waited_for() -> None:
    future: Future[int] = Future()
    Thread(target=future.set_exception, args=(ValueError("no room"),)).start()
    with pytest.raises(ValueError, match="no room"):
        await awaited(future)


@in_a_loop
async def test_one_who_gives_up_leaves_it_be() -> None:
    future: Future[int] = Future()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(awaited(future), 0.01)
    assert not future.cancelled()
    future.set_result(4)
    assert future.result() == 4


@in_a_loop
async def test_a_cancelled_one_cancels_who_waits() -> None:
    future: Future[int] = Future()
    waiting = awaited(future)
    future.cancel()
    future.set_running_or_notify_cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


def test_nothing_of_it_waits_for_a_garbage_collection() -> None:
    held: list[ref[Future[int]]] = []

    @in_a_loop
    async def wait() -> None:
        future: Future[int] = Future()
        held.append(ref(future))
        waiting = awaited(future)
        future.set_result(5)
        assert await waiting == 5

    gc.collect()
    gc.disable()
    try:
        wait()
        assert [one() for one in held] == [None]
    finally:
        gc.enable()
