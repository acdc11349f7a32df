"""The realtime benchmark on the small shop: every event shows in the next answer, and every profile is right."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.load.clickstream import Clickstream, Expected, differences
from benchmarks.realtime import main
from tests.api.shop import make_shop


def test_every_event_shows_and_every_profile_is_what_the_sums_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_shop(tmp_path / "data")
    sizes = ["--rounds", "30", "--events", "1000", "--batch", "100", "--tracks", "200", "--connections", "8"]
    main(["--data", str(tmp_path / "data"), *sizes])
    printed = json.loads(capsys.readouterr().out)
    assert printed["not_shown"] == 0
    assert (printed["batch"]["failures"], printed["track"]["failures"]) == (0, 0)
    assert (printed["profiles_compared"], printed["profiles_wrong"]) == (20, 0)


def test_a_profile_that_lacks_an_event_is_told_from_the_model() -> None:
    stream = Clickstream("s", 1, ["p", "q"], np.random.default_rng(0))
    list(stream.messages(50))
    expected = stream.expected["s-0"]
    answer = {"counts": dict(expected.counts), "spent": dict(expected.spent), "products_bought": len(expected.bought)}
    assert differences("s-0", expected, answer) == []
    answer["counts"] = {**expected.counts, "Viewed": expected.counts["Viewed"] - 1}
    assert len(differences("s-0", expected, answer)) == 1
    assert len(differences("s-0", Expected(), answer)) == 3
