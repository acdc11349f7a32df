import os
import subprocess
import sys
from pathlib import Path

import pytest

from graph import DataFolderLocked
from graph.data_folder import DataFolder

_HOLDER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from graph.data_folder import DataFolder
with DataFolder(Path(sys.argv[1])).exclusive():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_folder_is_made_and_names_what_lies_in_it(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "a" / "data")
    assert folder.embeddings.is_dir()
    names = [path.name for path in (folder.log, folder.graph, folder.profiles, folder.embeddings, folder.lock)]
    assert names == ["log.db", "graph.db", "profiles.db", "embeddings", "lock"]
    DataFolder(folder.path)


def test_a_second_owner_is_refused_by_name_of_the_first(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with folder.exclusive() as held:
        assert held is folder
        with pytest.raises(DataFolderLocked, match=f"in use by process {os.getpid()}"), folder.exclusive():
            pass
    with folder.exclusive():
        pass


def test_a_lock_ends_with_its_process_however_that_dies(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(tmp_path), str(Path(__file__).parents[2])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdin is not None and holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    folder = DataFolder(tmp_path)
    with pytest.raises(DataFolderLocked, match=f"process {holder.pid}"), folder.exclusive():
        pass
    holder.kill()
    holder.wait()
    holder.stdin.close()
    holder.stdout.close()
    with folder.exclusive():
        assert folder.lock.read_text() == str(os.getpid())
