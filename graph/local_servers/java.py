"""Java: the runtimes that the environment names, and how new they are."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Java", "javas"]


@dataclass(frozen=True)
class Java:
    """A Java runtime and its major version."""

    path: Path
    version: int


def javas(environ: Mapping[str, str]) -> list[Java]:
    """Those that answer, of JAVA_HOME's and the PATH's, in this order."""
    home = environ.get("JAVA_HOME")
    named = [
        shutil.which("java", path=f"{home}/bin") if home else None,
        shutil.which("java", path=environ.get("PATH", "")),
    ]
    paths = dict.fromkeys(Path(path).absolute() for path in named if path)
    return [Java(path, version) for path in paths if (version := _version_of(path, environ)) is not None]


def _version_of(java: Path, environ: Mapping[str, str]) -> int | None:
    try:
        said = subprocess.run([java, "-version"], env=dict(environ), capture_output=True, text=True, timeout=30).stderr
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found[1]) if found else None
