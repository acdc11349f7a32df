"""A real server of the small shop, and a headless Chromium that looks at its storefront."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.api.served import served
from tests.api.shop import make_shop
from tests.pages.watched import Watched

CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def shop_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the small shop's server listens."""
    with served(make_shop(tmp_path_factory.mktemp("storefront") / "data")) as server:
        yield str(server.http.base_url).rstrip("/")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found is not None, "the storefront's tests need a Chromium on the PATH"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def browsing(chromium: Browser, shop_url: str, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A page in a browser that never was here, 1280 × 900 unless the test is parametrized with another size."""
    width, height = getattr(request, "param", (1280, 900))
    context = chromium.new_context(viewport={"width": width, "height": height}, base_url=shop_url)
    page: Page = context.new_page()
    page.set_default_timeout(15_000)
    yield Watched(page)
    context.close()
