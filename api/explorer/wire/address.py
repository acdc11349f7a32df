"""Where the worker of a data folder listens for the server's questions."""

import hashlib
import os
import tempfile
from pathlib import Path

from graph import PatronError

__all__ = ["explorer_address"]

LONGEST = 100
"""Bytes: systems take about 104 to 108 for the path of a socket."""


def explorer_address(data: Path) -> Path:
    """The socket of a data folder: in it, or, where its path is too long for a socket, in a folder of ours under the
    temporary one, named after it.

    Raises PatronError where somebody else owns that folder.
    """
    beside = data.resolve() / "explorer.sock"
    if len(os.fsencode(beside)) + len(".4194304") <= LONGEST:
        return beside
    name = hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"patron-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    held = folder.lstat()
    if held.st_uid != os.getuid() or held.st_mode & 0o077:
        raise PatronError(f"{folder} belongs to somebody else: remove it, or name a data folder with a shorter path")
    return folder / "explorer.sock"
