import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from api.commands.tour import Tour
from tests.api.served import Served, served
from tests.commands.called import Called

Patron = Callable[..., Called]

CURL = re.compile(r"^curl (?:[^'\n]|'[^']*')+$", re.MULTILINE)


@pytest.fixture
def server(data: Path) -> Iterator[Served]:
    with served(data) as running:
        yield running


@pytest.mark.parametrize("width", [80, 120])
def test_the_tour_fits_the_terminal_and_every_curl_answers_200(server: Served, width: int) -> None:
    printed = StringIO()
    seen = Tour(str(server.http.base_url).rstrip("/"), Console(file=printed, width=width, highlight=False)).run()
    text = printed.getvalue()

    assert max(map(len, CURL.sub("", text).splitlines())) <= width
    calls = CURL.findall(text)
    assert len(calls) == 7  # the home page twice, three views, similar customers, the strip
    for call in calls:
        counted = call.replace("curl -s", "curl -s -o /dev/null -w '%{http_code}'", 1)
        assert subprocess.run(["bash", "-c", counted], capture_output=True, text=True, check=True).stdout == "200", call

    assert len(seen["looked_at"]) == len(set(seen["looked_at"])) == 3
    before, after = ([item["product_id"] for item in seen[name]] for name in ("before", "after"))
    changed = sum(old != new for old, new in zip(before, after, strict=True))
    assert changed >= 3
    assert f"{changed} of {len(after)} places changed" in text
    assert all(item["reasons"] for name in ("before", "after", "product_page") for item in seen[name])


def test_the_next_tour_takes_another_household(server: Served) -> None:
    url = str(server.http.base_url).rstrip("/")
    first, second = (Tour(url, Console(file=StringIO(), width=80)).run() for _ in range(2))
    assert first["customer_id"] != second["customer_id"]


@pytest.fixture
def prepared(data: Path) -> Path:
    """A folder in which the demo finds what it would have imported and trained."""
    (data / "complete-journey.imported").touch()
    return data


def test_a_port_in_use_is_said_and_a_free_one_taken(patron: Patron, prepared: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        called = patron("demo", "--once", "--data", prepared, "--port", port)
    assert called.code == 0
    assert f"port {port} is in use" in called.err
    url = re.search(r"The storefront: (\S+)/demo", called.out.splitlines()[-1])
    assert url is not None
    assert url[1] != f"http://127.0.0.1:{port}"
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", int(url[1].rpartition(":")[2]))):
        pass  # --once leaves no server behind


def test_the_tour_as_json(patron: Patron, prepared: Path) -> None:
    seen = patron("demo", "--json", "--data", prepared, "--port", 0).json
    assert seen["storefront"] == f"{seen['url']}/demo"
    assert {"customer_id", "before", "looked_at", "after", "similar_customers", "product_page"} < seen.keys()
