"""Real servers of the small shop, and headless Chromiums that look at its storefront and at the explorer."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from graph import known, parse_instant
from graph.data_folder import DataFolder
from graph.events.family import Viewed
from graph.ids import EventId, ProductId
from graph.log.sqlite_log import SqliteEventLog
from graph.profile.stores.sqlite import SqliteProfiles
from graph.projection.catch_up import catch_up
from graph.projection.graph_projection import GraphProjection
from graph.projection.serving_projection import ServingProjection
from graph.sources.history import import_history
from graph.stores.open import open_graph
from tests.api.served import served
from tests.api.shop import make_shop
from tests.pages.explored import Explored
from tests.pages.watched import Watched

CHROMIUM = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PLAIN = ("--disable-gpu", "--disable-3d-apis")
DRAWING = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
"""WebGL without a graphics card."""
SECRET = "the-key-of-the-explorer-s-tests"
REMEMBERED = f"if (location.protocol !== 'about:') sessionStorage.setItem('patron.key', '{SECRET}')"
HOSTILE = "<img src=x onerror=window.hacked=1>"
"""The id of a customer and of a product."""


@pytest.fixture(scope="session")
def shop_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the small shop's server listens."""
    with served(make_shop(tmp_path_factory.mktemp("storefront") / "data")) as server:
        yield str(server.http.base_url).rstrip("/")


@pytest.fixture(scope="session")
def explored_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a server of the small shop listens that asks for its key, and where somebody hostile has been."""
    shop = make_shop(tmp_path_factory.mktemp("explorer") / "data")
    _visit(shop)
    with served(shop, secret_key=SECRET, publishable_key=SECRET[::-1]) as server:
        headers = {"Authorization": f"Bearer {SECRET}"}
        while not server.http.get("/v1/graph/overview", headers=headers).is_success:
            assert server.process.poll() is None, server.said()
            time.sleep(0.1)
        yield str(server.http.base_url).rstrip("/")


def _visit(shop: Path) -> None:
    """Somebody hostile looks at something: in the graph before it is analysed, for the next time is in an hour."""
    at, _ = parse_instant("2024-04-01T12:00:00Z")
    viewed = Viewed(
        id=EventId("hostile"),
        source="shop",
        at=at,
        received=at,
        history=True,
        customer=known(HOSTILE),
        product=ProductId(HOSTILE),
    )
    data = DataFolder(shop)
    log, profiles = SqliteEventLog(data.log), SqliteProfiles(data.profiles)
    graph = open_graph(f"sqlite:///{data.graph}")
    import_history([viewed], log)
    for projection in (GraphProjection(graph), ServingProjection(profiles)):
        catch_up(log, projection)
    for opened in (graph, profiles, log):
        opened.close()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


def _launched(playwright: Playwright, *flags: str) -> Browser:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found is not None, "the pages' tests need a Chromium on the PATH"
    return playwright.chromium.launch(executable_path=found, args=[*CHROMIUM, *flags])


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """One that cannot draw with WebGL."""
    browser = _launched(playwright, *PLAIN)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def drawing_chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = _launched(playwright, *DRAWING)
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


@pytest.fixture
def exploring(drawing_chromium: Browser, explored_url: str) -> Iterator[Explored]:
    """The explorer in a browser that draws, and that knows the key."""
    yield from _exploring(drawing_chromium, explored_url, REMEMBERED)


@pytest.fixture
def exploring_without_webgl(chromium: Browser, explored_url: str) -> Iterator[Explored]:
    yield from _exploring(chromium, explored_url, REMEMBERED)


@pytest.fixture
def exploring_without_key(drawing_chromium: Browser, explored_url: str) -> Iterator[Explored]:
    yield from _exploring(drawing_chromium, explored_url, "")


def _exploring(browser: Browser, url: str, first: str) -> Iterator[Explored]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=url)
    context.add_init_script(first)
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield Explored(page)
    context.close()
