"""The benchmark of crashes on the small shop: what is killed loses nothing, and what is missing would be told."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks.crashes import main
from benchmarks.load.clickstream import Clickstream
from benchmarks.load.verdict import Verdict
from tests.api.shop import make_shop


def test_two_kills_of_server_and_worker_lose_nothing_and_double_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_shop(tmp_path / "data")
    main(["--data", str(tmp_path / "data"), "--times", "2", "--shoppers", "5"])
    printed = json.loads(capsys.readouterr().out)
    assert (printed["kills"], printed["lost"], printed["doubled"]) == (2, 0, 0)
    assert printed["first_otherwise"] == []
    assert printed["sent"] == printed["acknowledged"] > 100


def test_what_is_missing_and_what_is_there_twice_is_told_apart() -> None:
    stream = Clickstream("s", 1, ["p", "q"], np.random.default_rng(0))
    list(stream.messages(50))
    did = stream.expected["s-0"]
    answer = {"counts": {**did.counts, "Viewed": did.counts["Viewed"] - 2, "Clicked": did.counts["Clicked"] + 1}}
    verdict = Verdict()
    verdict.hold_profiles("served", stream.expected, {"s-0": answer})
    verdict.hold("log", Counter(["m1", "m2"]), Counter(["m1", "m1", "m2"]))
    assert verdict.lost == {"served": 2, "log": 0}
    assert verdict.doubled == {"served": 1, "log": 1}
    assert len(verdict.otherwise) == 3
