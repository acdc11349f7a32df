"""Work that is killed -9 at random moments; run it from a process of its own, which forks once a round."""

import os
import random
import signal
import time
from collections.abc import Callable
from typing import TextIO


def killed_at_random(
    work: Callable[[int, TextIO], None], *, rounds: int, longest: float, rng: random.Random
) -> list[str]:
    """Start ``work(round, report)`` again and again, each time killing it up to `longest` seconds after its first
    reported line or at its end; every line that got out.

    A round in which nothing more was reported gives the later ones half as long again: a busy machine gets through
    less, and work that never gets anywhere would test nothing.
    """
    lines: list[str] = []
    for number in range(rounds):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.close(reading)
                work(number, os.fdopen(writing, "w", buffering=1))
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as reports:
            lines.append(reports.readline().strip())
            time.sleep(rng.uniform(0, longest))
            os.kill(child, signal.SIGKILL)
            further = [line.strip() for line in reports if line.endswith("\n")]
        lines += further
        longest *= 1 if further else 1.5
        os.waitpid(child, 0)
    return [line for line in lines if line]
