"""docs/write-a-pack.md, followed word by word from an empty folder, gives a pack that is published."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.recommend.decisions.pack.write_pack import write_pack

PAGE = (Path(__file__).parents[1] / "docs" / "write-a-pack.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^<!-- file: (\S+) -->\n```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
COMMANDS, PRINTED, MISTAKE = re.findall(r"^```(?:sh)?\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[-3:]


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    program, *arguments = shlex.split(command)
    assert program == "patron"
    return subprocess.run(
        [sys.executable, "-m", "api", *arguments],
        cwd=folder,
        env={"PATRON_DATA": str(folder / "data"), "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def gym(tmp_path: Path) -> Path:
    """The folder that the page's files were copied to."""
    return write_pack(tmp_path, FILES)


def test_the_files_of_the_page_are_a_pack_that_its_commands_publish(gym: Path) -> None:
    done = [run(command, gym) for command in COMMANDS.splitlines()]
    assert [(one.returncode, one.stderr) for one in done] == [(0, "")] * 3
    assert "".join(one.stdout for one in done[:2]) == PRINTED
    assert re.fullmatch(r"\* v0001  [0-9a-f]{12}  20\S+Z  A gym\n", done[2].stdout)


def test_the_mistake_of_the_page_is_told_as_the_page_says(gym: Path) -> None:
    path = gym / "gym" / "actions" / "courses.yaml"
    path.write_text(FILES["gym/actions/courses.yaml"].replace("visits", "vists"))
    done = run("patron pack check gym", gym)
    assert (done.returncode, done.stdout) == (1, MISTAKE)


def test_every_kind_of_file_is_on_the_page() -> None:
    kinds = {"pack", "profile", "states", "policy", "slots", "journeys"}
    assert {Path(file).stem for file in FILES if "actions/" not in file} == kinds
    assert all(file.startswith("gym/") for file in FILES)
