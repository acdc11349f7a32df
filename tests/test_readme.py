"""What the README shows is run: its Python, its calls, its commands; only the ids are those of the small shop."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.served import served
from tests.api.shop import make_shop

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BOOKSHOP = Path(__file__).parent / "graph" / "sources" / "bookshop"
IN_THE_SHOP = {
    "844179": "dairy-07",
    "1082185": "dairy-11",
    '"1"': '"party-lover-3"',
    '"7"': '"somebody-new"',
    "customers/1": "customers/party-lover-3",
}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def in_the_shop(code: str, url: str) -> str:
    for theirs, ours in IN_THE_SHOP.items():
        code = code.replace(theirs, ours)
    return code.replace("http://127.0.0.1:8080", url)


def test_the_python_on_the_first_screen_prints_a_list_and_then_another(tmp_path: Path) -> None:
    (code,) = blocks("python")
    with served(make_shop(tmp_path / "data")) as server:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", in_the_shop(code, str(server.http.base_url).rstrip("/"))],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    before, after = done.stdout.splitlines()
    assert before.startswith("['") and after.startswith("['")
    assert before != after


def test_the_output_shown_has_the_shape_of_the_output_printed() -> None:
    shown = re.search(r"^```\n(\['.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert shown is not None
    assert [re.fullmatch(r"\[('\d+'(, )?){4}\]", line) is not None for line in shown[1].splitlines()] == [True, True]
    assert "@@" not in README


def test_every_call_of_the_readme_is_answered_with_200(tmp_path: Path) -> None:
    calls = [code for code in blocks("sh") if "curl" in code]
    assert calls
    with served(make_shop(tmp_path / "data")) as server:
        for code in calls:
            script = in_the_shop(code, str(server.http.base_url).rstrip("/")).replace(
                "curl -s", "curl -sS --fail-with-body"
            )
            done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("code", [code for code in blocks("sh") if code.startswith("patron ")])
def test_the_commands_for_ones_own_data_work_on_another_shop(code: str, tmp_path: Path) -> None:
    files = shutil.copytree(BOOKSHOP, tmp_path / "files")
    (files / "mapping.yaml").rename(files / "shop.yaml")
    for line in code.splitlines():
        command = line.split("#")[0].strip()
        if command.startswith(("patron serve", "patron evaluate")):  # the one does not end, the other needs more data
            continue
        for part in command.split(" && "):
            arguments = part.removeprefix("patron ").split()
            done = subprocess.run(
                [sys.executable, "-m", "api", *arguments],
                cwd=files,
                env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
                capture_output=True,
                text=True,
                check=False,
            )
            allowed = (0, 1) if arguments[0] == "validate" else (0,)  # the bookshop has rows to refuse
            assert done.returncode in allowed, f"{part}: {done.stdout}{done.stderr}"


def test_every_file_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]+)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
