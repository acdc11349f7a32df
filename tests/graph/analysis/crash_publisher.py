"""Publishes analyses and is killed -9 while at it, 25 times.

Run as ``python -m tests.graph.analysis.crash_publisher FOLDER``. It prints, after each kill, the last position that was
published for sure and the one found there.
"""

import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from graph import Instant, Position
from graph.analysis import AnalysisFolder, analyse
from tests.graph.analysis.shopping import checkerboard
from tests.graph.killed import killed_at_random


def main(folder: Path) -> None:
    analysis = analyse(checkerboard(), [], Position("0"), Instant(5))
    AnalysisFolder(folder).publish(analysis)
    rng = random.Random(5)

    def work(_: int, report: TextIO) -> None:
        writer = AnalysisFolder(folder)
        found = writer.latest()
        position = int(found.position) if found else 0
        report.write(f"{position}\n")
        while True:
            position += 1
            writer.publish(replace(analysis, position=Position(str(position))))
            report.write(f"{position}\n")

    for _ in range(25):
        lines = killed_at_random(work, rounds=1, longest=0.3, rng=rng)
        latest = AnalysisFolder(folder).latest()
        print(lines[-1], latest.position if latest else "nothing")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
