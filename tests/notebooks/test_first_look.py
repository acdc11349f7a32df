import json
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

from tests.api.shop import make_shop

ROOT = Path(__file__).parents[2]
read: Any = nbformat.read  # which has no types
NOTEBOOK = ROOT / "notebooks" / "01_first_look.ipynb"


def cells_of_code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_the_notebook_runs_from_graph_to_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRON_DATA", str(make_shop(tmp_path / "data")))
    notebook = read(NOTEBOOK, as_version=4)
    run = nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(ROOT)}}).execute()
    outputs = [output for cell in cells_of_code(run) for output in cell.outputs]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    assert any("image/png" in output.get("data", {}) for output in outputs)
    said = outputs[-1].text
    assert int(said.splitlines()[-1].split(" of ")[0]) >= 3, said


def test_the_outputs_kept_in_it_are_small_and_say_nothing_of_the_machine() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert len(text) < 200_000
    for told in ("/home/", "/root/", "/tmp/", "Warning", "Traceback"):
        assert told not in text
    cells = cells_of_code(json.loads(text))
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
