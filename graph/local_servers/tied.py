"""A child process that ends when the one that started it ends, however that dies.

Run as a script, `PARENT COMMAND...`: it asks Linux for a SIGTERM at its parent's death, then becomes the command.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import IO

__all__ = ["start_tied"]

_SET_PARENT_DEATH_SIGNAL = 1


def start_tied(
    command: Sequence[str], *, environ: Mapping[str, str], output: IO[bytes], held: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    """Start `command` (its first word an absolute path) with all it prints going to `output`; `held` stay open in it.

    Ctrl-C reaches the parent alone. On Linux the child gets SIGTERM when the thread that called this ends: call it from
    the main one. Elsewhere a killed parent leaves it running.
    """
    tie = [sys.executable, "-I", "-S", __file__, str(os.getpid())]
    return subprocess.Popen(
        [*tie, *command],
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        pass_fds=tuple(held),
        start_new_session=True,
    )


def _become(parent: int, command: list[str]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:
            sys.exit("the process this was started for is gone")
    os.execv(command[0], command)


if __name__ == "__main__":
    _become(int(sys.argv[1]), sys.argv[2:])
