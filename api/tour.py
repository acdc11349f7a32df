"""The guided tour: what a running server answers for a real household, before and after three events."""

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
from rich.console import Console
from rich.markup import escape
from rich.table import Table

__all__ = ["Tour"]

Answer = dict[str, Any]
SHOWN = 8


class Tour:
    """Asks the server at `url` and prints each call as the `curl` that repeats it."""

    def __init__(self, url: str, console: Console) -> None:
        self._url = url
        self._console = console
        self._client = httpx.Client(base_url=url, timeout=10)
        self._names: dict[str, str] = {}

    def run(self) -> None:
        """Recommendations, three events, the list after them, similar customers, a product page."""
        household = self._get("/demo/households", quiet=True)["households"][0]
        customer, traits = str(household["customer_id"]), household["traits"]
        self._heading(f"Household {customer}: {', '.join(str(value) for value in traits.values())}")
        self._say(f"It bought {household['products']} different products in a year. What should its home page show?")
        before = self._home(customer)
        self._items(before)

        looked_at = self._unfamiliar(customer)
        self._heading("Three events: it looks at things it never bought")
        for product in looked_at:
            self._view(customer, product)
        self._heading("The same home page, in the request after")
        after = self._home(customer)
        self._items(after, before)

        self._heading("Customers like this one")
        self._similar_customers(customer)

        product = looked_at[0]
        self._heading(f"The strip of a product page: {self._name(product)}")
        strip = self._get(f"/v1/products/{product}/recommendations?customer_id={customer}&k={SHOWN}")
        self._items(strip["placements"][0]["items"])

    def _home(self, customer: str) -> list[Answer]:
        asked = {"customer_id": customer, "placements": [{"name": "homepage", "k": SHOWN}]}
        items: list[Answer] = self._post("/v1/recommendations", asked)["placements"][0]["items"]
        return items

    def _unfamiliar(self, customer: str) -> list[str]:
        """A product the household might discover, and two more of its kind."""
        asked = {"customer_id": customer, "placements": [{"name": "discover", "k": 1}], "dry_run": True}
        first = self._post("/v1/recommendations", asked, quiet=True)["placements"][0]["items"][0]["product_id"]
        others = self._get(f"/v1/products/{first}/similar?k=2", quiet=True)["products"]
        return [first, *(other["product_id"] for other in others)]

    def _view(self, customer: str, product: str) -> None:
        event = {
            "messageId": secrets.token_hex(8),
            "userId": customer,
            "event": "Product Viewed",
            "properties": {"product_id": product},
            "timestamp": datetime.now(UTC).isoformat(),
            "context": {"channel": "web"},
        }
        self._post("/v1/track", event)
        self._say(f"→ looked at [bold]{escape(self._name(product))}[/bold]: durable, and already in the profile")

    def _similar_customers(self, customer: str) -> None:
        answer = self._get(f"/v1/customers/{customer}/similar?k=5")
        table = Table("customer", "similarity", "why", box=None)
        for found in answer["customers"]:
            reasons = "; ".join(reason["text"] for reason in found.get("reasons", ()))
            table.add_row(str(found["customer_id"]), f"{found['similarity']:.3f}", escape(reasons))
        self._console.print(table)

    def _items(self, items: list[Answer], before: Iterable[Answer] = ()) -> None:
        old = {item["product_id"]: item["rank"] for item in before}
        self._learn_names(item["product_id"] for item in items)
        table = Table("", "product", "why", box=None)
        for item in items:
            was = old.get(item["product_id"])
            moved = (
                "" if not old or was == item["rank"] else " [yellow]new[/]" if was is None else f" [dim]was {was}[/]"
            )
            reasons = "; ".join(reason["text"] for reason in item["reasons"])
            table.add_row(f"{item['rank']}{moved}", escape(self._name(item["product_id"])), escape(reasons))
        self._console.print(table)

    def _name(self, product: str) -> str:
        if product not in self._names:
            self._learn_names((product,))
        return self._names.get(product, product)

    def _learn_names(self, products: Iterable[str]) -> None:
        wanted = ",".join(product for product in products if product not in self._names)
        if wanted:
            for entry in self._get(f"/demo/products?ids={wanted}", quiet=True)["products"]:
                self._names[entry["id"]] = entry.get("name") or entry["id"]

    def _get(self, path: str, quiet: bool = False) -> Answer:
        if not quiet:
            self._curl(f"curl -s '{self._url}{path}'")
        return self._answer(self._client.get(path))

    def _post(self, path: str, body: Mapping[str, Any], quiet: bool = False) -> Answer:
        text = json.dumps(body)
        if not quiet:
            self._curl(f"curl -s -X POST {self._url}{path} -d '{text}'")
        return self._answer(self._client.post(path, content=text))

    @staticmethod
    def _answer(response: httpx.Response) -> Answer:
        response.raise_for_status()
        answer: Answer = response.json()
        return answer

    def _heading(self, text: str) -> None:
        self._console.print()
        self._console.rule(f"[bold]{escape(text)}", align="left")

    def _say(self, text: str) -> None:
        self._console.print(text)

    def _curl(self, text: str) -> None:
        self._console.print(text, style="cyan", markup=False, highlight=False, soft_wrap=True)
