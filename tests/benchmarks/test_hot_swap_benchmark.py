"""The hot-swap benchmark on the small shop: every request is answered, by one version."""

import json
from pathlib import Path

import pytest

from benchmarks.hot_swap import main
from tests.api.shop import make_shop


def test_no_request_fails_and_no_answer_mixes_two_versions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_shop(tmp_path / "data")
    main(["--data", str(tmp_path / "data"), "--swaps", "6", "--seconds", ".3"])
    printed = json.loads(capsys.readouterr().out)
    assert (printed["swaps"], printed["failures"], printed["mixed"]) == (6, 0, 0)
    assert printed["customers"] == 30
    assert printed["customers_whose_lists_tell_the_versions_apart"] > 20
    assert min(printed["answers_of_each_version"].values()) > 0
    assert sum(printed["answers_of_each_version"].values()) == printed["during_swaps"]["requests"]
