"""The API's description, drawn in a browser that reaches nothing but the server."""

import httpx
from playwright.sync_api import Browser


def test_every_operation_of_the_document_is_drawn_without_a_request_elsewhere(chromium: Browser, shop_url: str) -> None:
    paths = httpx.get(f"{shop_url}/openapi.json").json()["paths"]
    page = chromium.new_page()
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{shop_url}/docs")
    page.wait_for_selector('main[aria-busy="false"]')
    assert page.locator("details").count() == sum(len(operations) for operations in paths.values())
    assert faults == []
    assert [url for url in asked if not url.startswith((shop_url, "data:"))] == []
    page.close()
