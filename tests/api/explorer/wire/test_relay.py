"""Relay: without a worker every question is a 503 in words, and one that was killed is replaced on its socket."""

import shutil
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from api.explorer.description import DESCRIBED
from api.explorer.explorer import Explorer, Shared
from api.explorer.reach import Deadline
from api.explorer.wire.address import LONGEST, explorer_address
from api.explorer.wire.service import Service
from api.settings import loaded_settings
from graph import PatronError
from tests.api.in_process import InProcess
from tests.api.served import served

SECRET, PUBLISHABLE = "secret-" + "s" * 32, "publishable-" + "p" * 32


@pytest.mark.parametrize("verb", DESCRIBED)
def test_without_a_worker_it_is_said_where_questions_are_answered(shop_app: InProcess, verb: str) -> None:
    answer = shop_app.get(f"/v1/graph/{verb}")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "`patron worker`" in answer.json()["detail"]


def test_a_question_that_took_too_long_is_not_to_be_asked_again(data: Path) -> None:
    settings = loaded_settings(data=data)
    answering = Explorer(Shared.of(settings)).answer
    service = Service(explorer_address(data), lambda: lambda asked, _: answering(asked, Deadline(-1.0)))
    with InProcess(settings) as app:
        answer = app.get("/v1/graph/node?node=product:dairy-01")
    service.close()
    assert answer.status_code == 503 and "retry-after" not in answer.headers
    assert "ask for less" in answer.json()["detail"]


def test_every_question_needs_the_secret_key(data: Path) -> None:
    keys = {"secret_key": SecretStr(SECRET), "publishable_key": SecretStr(PUBLISHABLE)}
    with InProcess(loaded_settings(data=data, **keys)) as app:
        for verb in DESCRIBED:
            path = f"/v1/graph/{verb}"
            assert app.get(path).status_code == 401
            assert app.get(path, headers={"authorization": f"Bearer {PUBLISHABLE}"}).status_code == 403
            assert app.get(path, headers={"authorization": f"Bearer {SECRET}"}).status_code == 503


def test_where_the_graph_is_not_to_be_shown_there_are_no_such_routes(data: Path) -> None:
    with InProcess(loaded_settings(data=data, explore=False)) as app:
        for path in ("/v1/graph/overview", "/explore"):
            assert app.get(path).status_code == 404
        assert not [path for path in app.get("/openapi.json").json()["paths"] if "graph" in path]


def test_a_killed_worker_is_replaced_on_its_socket_which_goes_at_the_end(data: Path) -> None:
    address = explorer_address(data)
    with served(data) as server:
        server.wait_until_ready("/v1/graph/overview")
        assert stat.filemode(address.stat().st_mode) == "srw-------"
        killed = server.child()
        killed.kill()
        _wait(lambda: server.http.get("/v1/graph/communities").status_code == 503)
        assert address.exists()
        _wait(lambda: server.http.get("/v1/graph/communities").status_code == 200)
        assert server.child().pid != killed.pid
    assert not address.exists()


def test_a_data_folder_may_lie_deeper_than_a_socket_can(shop: Path, tmp_path: Path) -> None:
    data = shutil.copytree(shop, tmp_path / ("deep" * 20) / ("deeper" * 10) / "data")
    assert len(bytes(data)) > LONGEST > len(bytes(explorer_address(data)))
    with served(data) as server:
        _wait(lambda: server.http.get("/v1/graph/node?node=product:dairy-01").status_code == 200)
    explorer_address(data).parent.rmdir()


def test_a_folder_for_the_socket_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    folder = explorer_address(tmp_path / ("long" * 40)).parent
    folder.chmod(0o755)
    with pytest.raises(PatronError, match="belongs to somebody else"):
        explorer_address(tmp_path / ("long" * 40))
    folder.rmdir()


def _wait(done: Callable[[], bool], seconds: float = 120.0) -> None:
    ends = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < ends, "not within the time"
        time.sleep(0.02)
