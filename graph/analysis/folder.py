"""AnalysisFolder: where the newest analysis lies, and how one takes the place of the one before."""

import logging
import re
import shutil
from pathlib import Path

from graph.analysis.files import open_analysis, write_analysis
from graph.analysis.graph_analysis import GraphAnalysis
from graph.errors import FileBroken, SchemaTooNew
from graph.files import locked, replace, sync

__all__ = ["AnalysisFolder"]

_log = logging.getLogger("patron.graph")
_NAME = re.compile(r"a[0-9]{6,}")


class AnalysisFolder:
    """Analyses under one folder, which is created where it is missing; the file `current` names the one to use.

    Any number of processes may read and publish at the same time; what a reader has open stays as it was.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._current = folder / "current"
        self._latest: GraphAnalysis | None = None
        self._name = ""
        folder.mkdir(parents=True, exist_ok=True)

    def latest(self) -> GraphAnalysis | None:
        """The analysis that was published last; None before there is one.

        One that is broken or of a later release is passed over and said so in the log, once; what was open stays.
        """
        name = self._pointed()
        if name is not None and name != self._name:
            try:
                self._latest = open_analysis(self.folder / name)
            except (FileBroken, SchemaTooNew) as error:
                if name != self._pointed():  # it was replaced and removed meanwhile
                    return self.latest()
                _log.error("analysis refused: %s", error)
                self._name = name
                return self._latest
            self._name = name
        return self._latest

    def publish(self, analysis: GraphAnalysis) -> None:
        """Write an analysis aside, whole, and make it the latest; all others go, with whomever they name."""
        with locked(self.folder):
            written = self.folder / ".writing"
            shutil.rmtree(written, ignore_errors=True)
            written.mkdir()
            write_analysis(analysis, written)
            names = self._names()
            name = f"a{max(map(_number, names), default=0) + 1:06d}"
            written.rename(self.folder / name)
            sync(self.folder)
            replace(self._current, f"{name}\n".encode())
            for old in names:
                shutil.rmtree(self.folder / old)

    def _pointed(self) -> str | None:
        try:
            name = self._current.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        return name if _NAME.fullmatch(name) else None

    def _names(self) -> list[str]:
        """The complete analyses here, oldest first."""
        return sorted((path.name for path in self.folder.iterdir() if _NAME.fullmatch(path.name)), key=_number)


def _number(name: str) -> int:
    return int(name[1:])
