"""The hot-swap benchmark on the small shop: every request is answered, by one version, and a mixture would be told."""

import json
from pathlib import Path

import pytest

from api.settings import loaded_settings
from benchmarks.hot_swap import PATH, Lists, Told, asking_of, listed, main
from benchmarks.load.turned import MIXTURES, mixed, turned, written
from embeddings.artifacts import open_snapshot
from embeddings.registry import Registry
from tests.api.in_process import InProcess
from tests.api.shop import CUSTOMERS, make_shop


def test_no_request_fails_and_no_answer_mixes_two_versions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_shop(tmp_path / "data")
    main(["--data", str(tmp_path / "data"), "--swaps", "6", "--seconds", ".3"])
    printed = json.loads(capsys.readouterr().out)
    assert (printed["swaps"], printed["failures"], printed["mixed"]) == (6, 0, 0)
    assert (printed["customers"], printed["customers_with_a_session"], printed["customers_on_a_product_page"]) == (
        30,
        15,
        7,
    )
    assert printed["customers_whose_lists_tell_the_versions_apart"] == 30
    told = printed["customers_whose_lists_tell_a_mixture"]
    assert min(told[name] for name in ("vectors", "counts", "ranking")) > 20
    assert told["intent"] > 15, "of the 22 who look at something"
    assert min(printed["answers_of_each_version"].values()) > 0
    assert sum(printed["answers_of_each_version"].values()) == printed["during_swaps"]["requests"]


def test_an_answer_with_a_part_of_another_version_counts_as_mixed(tmp_path: Path) -> None:
    """The answers are those of a real server whose version has the part of another, and the name of the first."""
    data = make_shop(tmp_path / "data")
    registry = Registry(data / "embeddings")
    one = open_snapshot(registry.path("v0001"))
    other = turned(one)
    assert written(registry, other) == "v0002"
    asking = asking_of(registry.path("v0001"), "discover", len(CUSTOMERS), seed=0)
    with InProcess(loaded_settings(data=data)) as app:
        for events in asking.events:
            assert app.ask("POST", "/v1/batch", content=events).json()["accepted"] == 2
    expected: dict[str, Lists] = {}
    for version in ("v0001", "v0002"):
        answers = answers_from(data, version, asking.bodies)
        assert {listed(answer)[0] for answer in answers} == {version}
        expected[version] = dict(zip(asking.bodies, [listed(answer)[1] for answer in answers], strict=True))
    snapshots = mixed(one, other)
    assert snapshots.keys() == MIXTURES.keys()
    for name, snapshot in snapshots.items():
        mixture, told = written(registry, snapshot), Told(expected)
        for asked, answer in zip(asking.bodies, answers_from(data, mixture, asking.bodies), strict=True):
            told(asked, answer.replace(mixture.encode(), b"v0001"))
        assert told.mixed > (15 if name == "intent" else 20), name
    told = Told(expected)
    for asked, answer in zip(asking.bodies, answers_from(data, "v0001", asking.bodies), strict=True):
        told(asked, answer)
    assert (told.answers, told.mixed) == (30, 0)


def answers_from(data: Path, version: str, bodies: list[bytes]) -> list[bytes]:
    """What a server of this version answers."""
    (data / "embeddings" / "current").write_text(json.dumps({"version": version}))
    with InProcess(loaded_settings(data=data)) as app:
        return [app.ask("POST", PATH, content=body).content for body in bodies]
