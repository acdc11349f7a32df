"""The explorer's own routes: the page and the files that draw it."""

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from api.pages import explorer
from api.pages.explorer import LIBRARIES, explorer_routes


def got(path: str) -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=explorer_routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://patron") as client:
            return await client.get(path)

    with ThreadPoolExecutor(1) as elsewhere:  # the browser of other tests has a loop of its own in this thread
        return elsewhere.submit(lambda: asyncio.run(asked())).result()


def test_the_page_may_load_only_what_this_server_has() -> None:
    answer = got("/explore")
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")


def test_the_page_loads_every_library_and_nothing_else_from_others() -> None:
    assert all(f"/explore/vendor/{name}" in got("/explore").text for name in LIBRARIES)
    assert "://" not in got("/explore").text


def test_the_page_asks_for_the_libraries_by_their_versions() -> None:
    installed = json.loads((explorer.FOLDER / "package.json").read_text(encoding="utf-8"))["dependencies"]
    asked = re.findall(r"/explore/vendor/([\w-]+)\.js\?([\d.]+)", got("/explore").text)
    assert dict(asked) == installed
    assert all("immutable" in got(f"/explore/vendor/{name}").headers["cache-control"] for name in LIBRARIES)


def test_the_page_loads_its_modules_at_once_and_asks_each_time_whether_they_have_changed() -> None:
    modules = {str(path.relative_to(explorer.FOLDER)) for path in explorer.FOLDER.glob("static/**/*.js")}
    assert set(re.findall(r'modulepreload" href="/explore/([\w/]+\.js)"', got("/explore").text)) == modules
    for path in ("/explore", *(f"/explore/{module}" for module in modules)):
        assert got(path).headers["cache-control"] == "no-cache"


def test_the_libraries_are_served_as_scripts() -> None:
    for name in LIBRARIES:
        answer = got(f"/explore/vendor/{name}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/javascript")


def test_a_library_that_is_not_installed_is_missed_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explorer, "INSTALLED", tmp_path)
    answer = got("/explore/vendor/sigma.js")
    assert answer.status_code == 404
    assert "`make setup` puts it there in a checkout; a wheel" in answer.json()["detail"]


@pytest.mark.parametrize("name", ["package.json", "..%2fpackage.json", "sigma.min.js"])
def test_no_other_file_is_served(name: str) -> None:
    assert got(f"/explore/vendor/{name}").status_code == 404


def test_the_lock_file_names_no_registry() -> None:
    assert "://" not in (explorer.FOLDER / "package-lock.json").read_text(encoding="utf-8")
