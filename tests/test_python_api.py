"""docs/python-api.md: its code runs, in order, and its table is what the workbench offers."""

import re
from inspect import getdoc, isfunction
from pathlib import Path
from typing import get_type_hints

import pytest

from api.processes.local_server import LocalServer
from api.workbench import Workbench
from embeddings.registry import Registry
from tests.api.shop import make_shop

PAGE = (Path(__file__).parents[1] / "docs" / "python-api.md").read_text(encoding="utf-8")
VERBS = {name: verb for name, verb in vars(Workbench).items() if isfunction(verb) and not name.startswith("_")}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_shop(tmp_path_factory.mktemp("python-api") / "data")


def test_the_code_of_the_page_runs(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop.parent)
    names: dict[str, object] = {}
    for block in re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE):
        exec(compile(block, "docs/python-api.md", "exec"), names)
    assert Registry(shop / "embeddings").current() == "v0002"


def test_every_verb_of_the_workbench_is_on_the_page_explains_itself_and_is_typed() -> None:
    table = PAGE.split("| `shop.` | gives |")[1].split("\n\n")[0]
    listed = re.findall(r"^\| `(\w+)", table, re.MULTILINE)
    assert sorted(listed) == sorted([*VERBS, "open", "registry", "settings"])
    for verb in VERBS.values():
        assert getdoc(verb)
        parameters = verb.__code__.co_varnames[1 : verb.__code__.co_argcount + verb.__code__.co_kwonlyargcount]
        assert {*parameters, "return"} <= verb.__annotations__.keys()
    assert get_type_hints(Workbench.serve)["return"] is LocalServer


def test_a_copy_serves_what_the_folder_serves_and_leaves_it_as_it_is(shop: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (shop / "embeddings").rglob("*")}
    copy = Workbench.open(shop).copy(tmp_path / "copy")
    with copy.serve() as server:
        assert server.url.startswith("http://127.0.0.1:")
    assert server.process.returncode is not None
    assert copy.snapshot().version == Workbench.open(shop).snapshot().version
    assert len(copy.learning_data().edges) == len(Workbench.open(shop).learning_data().edges)
    assert {path: path.stat().st_mtime_ns for path in (shop / "embeddings").rglob("*")} == before
