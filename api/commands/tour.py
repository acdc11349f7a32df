"""The guided tour: what a running server answers for a real household, before and after three events."""

import json
import secrets
import shlex
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from graph import PatronError

__all__ = ["Tour"]

Answer = dict[str, Any]
Items = list[Answer]
SHOWN = 8
MAX_WIDTH = 120
NAME_WIDTH = 30
DISCOVERED = 100
VIEWS = 3


class Tour:
    """Asks the server at `url` and prints each call as the `curl` that repeats it."""

    def __init__(self, url: str, console: Console) -> None:
        self._url = url
        self._console = console
        self._width = min(console.width, MAX_WIDTH)
        self._client = httpx.Client(base_url=url, timeout=10)
        self._entries: dict[str, Answer] = {}

    def run(self) -> Answer:
        """Recommendations, three events, the list after them, similar customers, a product page; all that was seen."""
        with self._client:
            household = self._household()
            customer = str(household["customer_id"])
            self._heading(f"1  The home page of household {customer}")
            self._say(_described(household))
            before = self._home(customer)
            self._items(before)

            looked_at = self._unfamiliar(customer, before)
            self._heading("2  It looks at two things it never bought, and puts a third in its cart")
            for product in looked_at[:-1]:
                self._does(customer, "Product Viewed", "looks at", product)
            self._does(customer, "Product Added", "puts in its cart", looked_at[-1])
            self._heading("3  The same home page, in the very next request")
            after = self._home(customer)
            self._items(after, before)
            self._say(_difference(before, after))

            self._heading("4  Customers like this one")
            similar = self._similar_customers(customer)

            self._heading(f"5  The product page of {self._name(looked_at[0])}")
            self._say("What customers like this one take with it or after it:")
            path = (
                f"/v1/products/{quote(looked_at[0], safe='')}/recommendations?customer_id={quote(customer)}&k={SHOWN}"
            )
            strip = self._get(path)["placements"][0]["items"]
            self._items(strip)
        return {
            "customer_id": customer,
            "before": before,
            "looked_at": looked_at,
            "after": after,
            "similar_customers": similar,
            "product_page": strip,
        }

    def _home(self, customer: str) -> Items:
        asked = {"customer_id": customer, "placements": [{"name": "homepage", "k": SHOWN}]}
        items: Items = self._post("/v1/recommendations", asked)["placements"][0]["items"]
        return items

    def _household(self) -> Answer:
        """One with a history that is not here already: its lists are still those of its history alone."""
        found: Items = self._get("/demo/households", quiet=True)["households"]
        if not found:
            raise PatronError("no household of this data folder has bought anything: there is nothing to show")
        return next((household for household in found if not household["visiting"]), found[0])

    def _unfamiliar(self, customer: str, shown: Items) -> list[str]:
        """Three products of one category that the household might discover, of none that its home page shows."""
        wanted = {"name": "discover", "k": DISCOVERED, "filter": 'category != "COUPON/MISC ITEMS"'}  # fuel, vouchers
        asked = {"customer_id": customer, "placements": [wanted], "dry_run": True}
        items: Items = self._post("/v1/recommendations", asked, quiet=True)["placements"][0]["items"]
        self._learn(item["product_id"] for item in (*items, *shown))
        known = {self._entries[item["product_id"]].get("category") for item in shown}
        kinds: dict[str, dict[str, str]] = {}  # category → name → product
        for item in items:
            entry = self._entries[item["product_id"]]
            category = entry.get("category")
            if category and category not in known:
                kinds.setdefault(category, {}).setdefault(entry.get("name") or entry["id"], entry["id"])
        chosen = next((list(kind.values()) for kind in kinds.values() if len(kind) >= VIEWS), None)
        return (chosen or [item["product_id"] for item in items])[:VIEWS]

    def _does(self, customer: str, event_name: str, said: str, product: str) -> None:
        event = {
            "messageId": secrets.token_hex(8),
            "userId": customer,
            "event": event_name,
            "properties": {"product_id": product},
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "context": {"channel": "web"},
        }
        self._say(f"\nIt {said} [bold]{escape(self._name(product))}[/]:")
        self._post("/v1/track", event)

    def _similar_customers(self, customer: str) -> Items:
        found: Items = self._get(f"/v1/customers/{quote(customer, safe='')}/similar?k=5")["customers"]
        table = self._table("household", "similarity", "why")
        for other in found:
            table.add_row(str(other["customer_id"]), f"{other['similarity']:.3f}", _first_reason(other))
        self._console.print(table, width=self._width)
        return found

    def _items(self, items: Items, before: Items | None = None) -> None:
        self._learn(item["product_id"] for item in items)
        old = {item["product_id"]: item["rank"] for item in before or ()}
        table = self._table("", *(("was",) if old else ()), "product", "why")
        for item in items:
            product = item["product_id"]
            new = bool(old) and product not in old
            name = escape(textwrap.shorten(self._name(product), NAME_WIDTH, placeholder="…"))
            cells = [str(item["rank"]), *((str(old.get(product, "new")),) if old else ()), name, _first_reason(item)]
            table.add_row(*cells, style="yellow" if new else None)
        self._console.print(table, width=self._width)

    @staticmethod
    def _table(*heading: str) -> Table:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for name in heading:
            table.add_column(name, no_wrap=name not in ("why", "product"), min_width=20 if name == "product" else None)
        return table

    def _name(self, product: str) -> str:
        self._learn((product,))
        entry = self._entries[product]
        name, category = str(entry.get("name") or product), str(entry.get("category") or "").capitalize()
        return name if not category or category.split()[0].lower() in name.lower() else f"{name} ({category})"

    def _learn(self, products: Iterable[str]) -> None:
        wanted = [product for product in products if product not in self._entries]
        self._entries |= {product: {"id": product} for product in wanted}
        if wanted:
            query = urlencode([("id", product) for product in wanted])
            for entry in self._get(f"/demo/products?{query}", quiet=True)["products"]:
                self._entries[entry["id"]] = entry

    def _get(self, path: str, quiet: bool = False) -> Answer:
        return self._answered(self._client.get(path), f"curl -s {shlex.quote(self._url + path)}", quiet)

    def _post(self, path: str, body: Mapping[str, Any], quiet: bool = False) -> Answer:
        call, text = f"curl -s {self._url}{path} -d ", json.dumps(body)
        shown = text if len(call) + len(text) + 2 <= self._width else _folded(body, self._width)
        return self._answered(self._client.post(path, content=text), call + shlex.quote(shown), quiet)

    def _answered(self, response: httpx.Response, call: str, quiet: bool) -> Answer:
        response.raise_for_status()
        if not quiet:
            self._console.print(call, style="cyan", markup=False, highlight=False, soft_wrap=True)
            milliseconds = response.elapsed.total_seconds() * 1000
            self._console.print(f"answered in {milliseconds:.1f} ms", style="dim", highlight=False)
        answer: Answer = response.json()
        return answer

    def _heading(self, text: str) -> None:
        self._console.print()
        self._console.print(f"[bold green]{escape(text)}[/]")

    def _say(self, text: str) -> None:
        self._console.print(text, width=self._width, highlight=False)


def _described(household: Mapping[str, Any]) -> str:
    traits = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in household["traits"].items())
    known = f" What is known of it: {escape(traits)}." if traits else ""
    return f"It bought {household['products']} different products.{known}"


def _difference(before: Sequence[Answer], after: Sequence[Answer]) -> str:
    """What changed between two lists, in a sentence."""
    places = zip([item["product_id"] for item in before], [item["product_id"] for item in after], strict=False)
    changed = sum(old != new for old, new in places)
    new = len({item["product_id"] for item in after} - {item["product_id"] for item in before})
    said = f"{changed} of {len(after)} places changed, {new} of the products are new there."
    return f"[bold]{said}[/] Nothing was retrained."


def _first_reason(answer: Mapping[str, Any]) -> str:
    reasons = answer.get("reasons") or [{"text": ""}]
    return escape(str(reasons[0]["text"]))


def _folded(body: Mapping[str, Any], width: int) -> str:
    """A body as JSON, folded between its members into lines of at most `width` where it can be."""
    members = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in body.items()]
    lines: list[str] = []
    for member in members:
        if lines and len(lines[-1]) + len(member) + 5 <= width:
            lines[-1] += f", {member}"
        else:
            lines.append(member)
    return "{\n  " + ",\n  ".join(lines) + "\n}"
