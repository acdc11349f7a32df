import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from api.cli import COMMANDS
from tests.commands.called import Called

Patron = Callable[..., Called]
GROUPS = {
    "graph": ("copy",),
    "dead-letters": ("list", "show", "replay", "drop"),
    "pack": ("check", "publish", "rollback", "list", "schema"),
}
"""The commands that have commands of their own."""

VERBS = [
    *(verb for verb in COMMANDS if verb not in GROUPS),
    *(f"{group} {verb}" for group, verbs in GROUPS.items() for verb in verbs),
]


def test_help_names_every_verb(patron: Patron) -> None:
    called = patron("--help")
    assert called.code == 0
    assert all(f"  {verb} " in called.out for verb in COMMANDS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(patron: Patron, verb: str) -> None:
    called = patron(*verb.split(), "--help")
    assert called.code == 0
    assert "--data" in called.out or verb in ("validate", "graph copy", "consume", "pack check", "pack schema")
    assert "--json" in called.out or verb in ("serve", "worker")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("sell",), "'sell'"),
        (("train", "--epochs", "-3"), "--epochs"),
        (("train", "--dim", "many"), "--dim"),
        (("import", "--mapping", "nowhere.yaml"), "nowhere.yaml"),
        (("import",), "--mapping"),
        (("serve", "--port", "99999"), "--port"),
        (("evaluate", "--k", "0"), "--k"),
    ],
)
def test_a_wrong_call_is_one_line_and_code_2(patron: Patron, arguments: tuple[str, ...], named: str) -> None:
    called = patron(*arguments)
    assert called.code == 2
    assert called.out == ""
    (line,) = called.err.splitlines()
    assert named in line


@pytest.mark.parametrize("verb", ["train", "evaluate", "publish", "rollback"])
def test_a_folder_that_is_not_there_is_named_and_not_made(patron: Patron, tmp_path: Path, verb: str) -> None:
    called = patron(verb, "--data", tmp_path / "typo")
    assert called.code == 1
    (line,) = called.err.splitlines()
    assert line == (
        f"patron: no data folder at '{tmp_path / 'typo'}': name one with --data, or make one with `patron import`"
    )
    assert not (tmp_path / "typo").exists()


def test_what_the_system_refuses_is_one_line_and_code_1(patron: Patron, tmp_path: Path, bookshop: Path) -> None:
    (tmp_path / "a-file").touch()
    called = patron("import", "--mapping", bookshop / "mapping.yaml", "--data", tmp_path / "a-file")
    assert called.code == 1
    (line,) = called.err.splitlines()
    assert str(tmp_path / "a-file") in line


def test_a_bad_setting_is_named(patron: Patron, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRON_LOG_LEVEL", "loud")
    called = patron("publish")
    assert (called.code, len(called.err.splitlines())) == (1, 1)
    assert "PATRON_LOG_LEVEL" in called.err


@pytest.mark.parametrize(("missing", "verb", "extra"), [("torch", "train", "train"), ("httpx", "demo", "demo")])
def test_what_is_not_installed_is_said_with_how_to_install_it(missing: str, verb: str, extra: str) -> None:
    without = f"import sys; sys.modules[{missing!r}] = None; from api.cli import main; main([{verb!r}])"
    ended = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line == f"patron: `patron {verb}` needs {missing}, which is not installed: pip install 'patron[{extra}]'"


def test_ctrl_c_ends_with_130_and_no_traceback(data: Path) -> None:
    called = [sys.executable, "-m", "api", "train", "--data", str(data), "--epochs", "1000000"]
    with subprocess.Popen(called, stderr=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"}) as long:
        assert long.stderr is not None
        for line in long.stderr:
            if line.startswith("training"):
                break
        long.send_signal(signal.SIGINT)
        rest = long.stderr.read()
        assert long.wait(30) == 130
    assert "Traceback" not in rest


def test_the_demo_asks_for_torch_before_it_imports_anything(tmp_path: Path) -> None:
    without = "import sys; sys.modules['torch'] = None; from api.cli import main; main()"
    called = [sys.executable, "-c", without, "demo", "--data", str(tmp_path)]
    ended = subprocess.run(called, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr == "patron: the demo trains, which needs torch: pip install 'patron[demo,train]'\n"
