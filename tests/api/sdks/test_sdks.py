"""The scripts of docs/sdks, each with its makers' SDK as it is, against a real server: the profile shows the visit."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.served import Served, served

SDKS = Path(__file__).parents[3] / "docs" / "sdks"
SECRET, PUBLISHABLE = "s" * 32, "p" * 32
SCRIPTS = sorted(path.name for path in (*SDKS.glob("*.py"), *SDKS.glob("*.mjs")))
COUNTS = {
    "TraitsChanged": 1,
    "Identified": 1,
    "Grouped": 1,
    "AddedToCart": 1,
    "Purchased": 1,
    "Aliased": 1,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One with keys, that nothing was published for."""
    data = tmp_path_factory.mktemp("sdks") / "data"
    with served(data, path="/healthz", secret_key=SECRET, publishable_key=PUBLISHABLE, worker="false") as running:
        running.http.headers["authorization"] = f"Bearer {SECRET}"
        yield running


def run(script: str, url: str, key: str, customer: str) -> subprocess.CompletedProcess[str]:
    """A script in a process that knows nothing of Patron but the address and the key."""
    python = SDKS / ".venv" / "bin" / "python"
    node = shutil.which("node", path=f"{os.environ['PATH']}{os.pathsep}{Path(sys.executable).parent}")
    assert python.exists() and (SDKS / "node_modules").exists(), "`make setup` installs the SDKs"
    program = str(python) if script.endswith(".py") else node
    assert program is not None, "`make setup` brings node where the machine has none"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PATRON_", "PYTHON"))}
    command = [program, str(SDKS / script), url, key, customer]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def letters(server: Served) -> list[dict[str, Any]]:
    """What was refused so far, oldest first."""
    found: list[dict[str, Any]] = server.http.get("/v1/dead-letters").json()["letters"]
    return found[::-1]


@pytest.mark.parametrize("key", [SECRET, PUBLISHABLE], ids=["secret", "publishable"])
@pytest.mark.parametrize("script", SCRIPTS)
def test_what_an_sdk_sends_is_in_the_profile(server: Served, script: str, key: str) -> None:
    customer = f"{script}-{key[0]}"
    ran = run(script, str(server.http.base_url), key, customer)
    assert ran.returncode == 0, ran.stderr
    found = server.http.get(f"/v1/customers/{customer}").json()
    may_alias = key == SECRET  # that two customers are one is not for a page to say
    counts = {name: count for name, count in COUNTS.items() if name != "Aliased" or may_alias}
    assert found["counts"].items() >= counts.items(), (found["counts"], ran.stderr)
    assert found["counts"]["AccountEvent"] >= 1
    assert found["traits"], ran.stderr
    assert (found["traits"]["city"]["value"], found["spent"], found["cart"]) == ("Delft", {"EUR": 270}, {})
    visitor = server.http.get(f"/v1/customers/anon:{customer}-device").json()
    assert visitor["counts"]["Viewed"] == 1
    refused = {letter["value"] for letter in letters(server)}
    assert refused <= {"Aliased of two customers"}


def test_every_script_is_in_the_readme() -> None:
    text = (SDKS / "README.md").read_text()
    assert len(SCRIPTS) == 5 and all(f"`{script}`" in text for script in SCRIPTS)
