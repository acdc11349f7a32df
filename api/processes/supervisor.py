"""Supervisor: keeps the worker running beside the server, and starts it again when it ends."""

import asyncio
import logging
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

__all__ = ["Supervisor", "WorkerState"]

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 30.0
LOOK_SECONDS = 0.2
GRACE_SECONDS = 10
_log = logging.getLogger("patron.server")


class WorkerState(StrEnum):
    """Whether the worker is there; OFF where this server starts none."""

    RUNNING = "running"
    RESTARTING = "restarting"
    OFF = "off"


class Supervisor:
    """One child process, `command` in `environment`; `tell` hears of every change of its state."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], tell: Callable[[WorkerState], None]
    ) -> None:
        self._command, self._environment, self._tell = command, environment, tell
        self._child: subprocess.Popen[bytes] | None = None

    async def supervise(self, ending: Callable[[], bool]) -> None:
        """Start the child, and again after each end of it, until cancelled or until `ending`.

        It waits 1 s before the first restart and twice as long each time after, up to 30 s; a child that ran for longer
        than that has the first wait again.
        """
        wait = FIRST_WAIT_SECONDS
        while not ending():
            began = time.monotonic()
            why = await self._run()
            if ending():
                return
            if time.monotonic() - began > LONGEST_WAIT_SECONDS:
                wait = FIRST_WAIT_SECONDS
            self._tell(WorkerState.RESTARTING)
            _log.warning("the worker ended (%s): starting it again in %g s", why, wait)
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)

    async def _run(self) -> str:
        """Run the child to its end; why it ended."""
        try:
            self._child = child = subprocess.Popen(self._command, env=self._environment)
        except OSError as error:
            return str(error)
        self._tell(WorkerState.RUNNING)
        while (code := child.poll()) is None:
            await asyncio.sleep(LOOK_SECONDS)
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def stop(self) -> None:
        """Tell the child to stop and wait for it; kill it where it takes too long."""
        child = self._child
        if child is None or child.poll() is not None:
            return
        child.terminate()
        try:
            child.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
