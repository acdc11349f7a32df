"""The conditions benchmark prints what it measured of how many, and compiles a pack of as many actions."""

import json
from pathlib import Path

from benchmarks import conditions


def test_so_many_conditions_are_judged_and_compiled(tmp_path: Path) -> None:
    asked = {"conditions": 40, "texts": 15, "variables": 20}
    given = [word for name, count in asked.items() for word in (f"--{name}", str(count))]
    conditions.main([*given, "--json", str(tmp_path / "told.json")])
    told = json.loads((tmp_path / "told.json").read_text())
    assert {name: told[name] for name in asked} == asked
    assert 0 < told["judged_ms"]["least"] <= told["judged_ms"]["p50"] <= told["judged_ms"]["p99"]
    assert told["compiled_us_each"] > 0 and told["pack_of_as_many_actions_seconds"] > 0
