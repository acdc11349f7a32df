"""The explorer before there is anybody who answers."""

import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser

from tests.api.served import served
from tests.api.shop import make_shop


def test_the_page_asks_again_until_a_worker_answers(drawing_chromium: Browser, tmp_path: Path) -> None:
    data = make_shop(tmp_path / "data")
    log = tmp_path / "worker.log"
    with served(data, worker="false") as server, log.open("wb") as written:
        page = drawing_chromium.new_page(base_url=str(server.http.base_url))
        page.set_default_timeout(60_000)
        page.goto("/explore")
        page.locator("#status", has_text="Asking again in 5 s").wait_for()
        assert "start one" in page.locator("#status").inner_text()
        worker = subprocess.Popen([sys.executable, "-m", "api", "worker", "--data", str(data)], stderr=written)
        try:
            page.locator("main[aria-busy=false]").wait_for()
            assert page.locator("#status", has_text="are drawn").inner_text()
            assert page.locator("#problem").inner_text() == ""
        finally:
            worker.terminate()
            worker.wait(30)
            page.close()
    assert "INFO patron.explorer: analysed " in log.read_text()
