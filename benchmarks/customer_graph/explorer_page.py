"""The explorer in a browser without a graphics card: how long until the map, an expansion or a path is drawn."""

import argparse
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.customer_graph.explorer import drawn, first_overview, shuffled
from benchmarks.load.served import served
from benchmarks.machine import machine, printed

FLAGS = ("--no-sandbox", "--disable-quic", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
"""WebGL in software."""
PATIENCE_MS = 120_000
SETTLED = "main[aria-busy=false]"
FRAMES = "new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
GO = """recipe => new Promise((there) => {
  if (location.hash === "#" + recipe) return there();
  const main = document.querySelector("main");
  new MutationObserver((_, observer) => {
    if (main.getAttribute("aria-busy") === "false") { observer.disconnect(); there(); }
  }).observe(main, { attributes: true, attributeFilter: ["aria-busy"] });
  location.hash = recipe;
})"""
WATCH = """() => {
  let begun = null;
  const main = document.querySelector("main");
  addEventListener("keydown", () => { begun = performance.now(); }, { capture: true, once: true });
  window.taken = new Promise((taken) => new MutationObserver((_, observer) => {
    if (begun === null || main.getAttribute("aria-busy") !== "false") return;
    observer.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => taken(performance.now() - begun)));
  }).observe(main, { attributes: true, attributeFilter: ["aria-busy"] }));
}"""
"""Milliseconds from the next key to the second picture after what it asked for is there."""


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.customer_graph.explorer_page --data data [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.customer_graph.explorer_page", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a data folder with a graph and a published version")
    parser.add_argument("--nodes", type=int, nargs="+", default=[2_000, 10_000], help="of the maps (2000 10000)")
    parser.add_argument("--visits", type=int, default=5, help="of each map by a browser that never was here (5)")
    parser.add_argument("--questions", type=int, default=45, help="expansions, and paths (45)")
    parser.add_argument("--seed", type=int, default=0, help="of the nodes drawn (0)")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    rng = np.random.default_rng(options.seed)
    with served(options.data) as server, chromium() as browser:
        customers, products, popular, _ = drawn(server.data, options.questions, rng)
        nodes = shuffled(rng, customers, products, popular)[: options.questions]
        ends = shuffled(rng, customers, products, popular)[: options.questions]
        for number in options.nodes:
            first_overview(server, number)
        url = f"http://127.0.0.1:{server.port}"
        views = {f"first_view_{number}": first_views(browser, url, number, options.visits) for number in options.nodes}
        with visited(browser, url) as page:
            page.goto("/explore#do=overview~500")
            page.locator(SETTLED).wait_for()
            asked = {
                "expand": told([expanded(page, node) for node in nodes]),
                "path": told([joined(page, *pair) for pair in zip(nodes, ends, strict=True)]),
            }
        version = browser.version
    printed({"benchmark": "explorer_page", "machine": machine(), "chromium": version} | views | asked, options.json)


@contextmanager
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise SystemExit("a Chromium on the PATH is needed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def visited(browser: Browser, url: str) -> Iterator[Page]:
    """A page in a browser that has nothing stored."""
    context: BrowserContext = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=url)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()


def first_views(browser: Browser, url: str, nodes: int, visits: int) -> dict[str, float]:
    """From the address to the second picture, and what all processes of the browser worked for it."""
    times, works = [], []
    for _ in range(visits):
        with visited(browser, url) as page:
            worked, begun = _worked(), time.perf_counter()
            page.goto(f"/explore#do=overview~{nodes}")
            page.locator(SETTLED).wait_for()
            page.evaluate(FRAMES)
            times.append((time.perf_counter() - begun) * 1000)
            works.append((_worked() - worked) * 1000)
    return told(times) | {"cpu_p50_ms": round(float(np.median(works)), 1)}


def expanded(page: Page, node: str) -> float:
    """A node with ten neighbours is chosen: from the key that expands it to fifty more."""
    _shown(page, node)
    page.evaluate(WATCH)
    page.keyboard.press("e")
    return float(page.evaluate("window.taken"))


def joined(page: Page, start: str, end: str) -> float:
    """A node is chosen and the other found: from the key that takes it to the paths."""
    _shown(page, start)
    page.keyboard.press("p")
    page.locator("#picking:not([hidden])").wait_for()
    page.locator("#search").fill(end.rpartition(":")[2])
    page.locator("#found [aria-selected=true]").wait_for()
    page.evaluate(WATCH)
    page.keyboard.press("Enter")
    return float(page.evaluate("window.taken"))


def told(times: Sequence[float]) -> dict[str, float]:
    percentiles = np.percentile(times, [50, 95])
    return {
        "times": len(times),
        "p50_ms": round(float(percentiles[0]), 1),
        "p95_ms": round(float(percentiles[1]), 1),
        "max_ms": round(max(times), 1),
    }


def _shown(page: Page, node: str) -> None:
    """Wait until this node and ten beside it are drawn."""
    page.evaluate(GO, f"do=near~{node}~~~10&select={node}")
    page.locator("#panel[aria-busy=false] .expand").first.wait_for()
    page.evaluate(FRAMES)
    page.locator("#canvas").focus()


def _worked() -> float:
    """Seconds of processor time of the browser and all it started."""
    worked = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            worked += sum(process.cpu_times()[:2]) if "chrom" in process.name() else 0.0
        except psutil.Error:  # it has just ended
            continue
    return worked


if __name__ == "__main__":
    main()
