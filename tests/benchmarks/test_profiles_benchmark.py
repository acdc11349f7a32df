import json
from pathlib import Path

from benchmarks import profiles


def test_a_killed_server_knows_everybody_again(tmp_path: Path) -> None:
    profiles.main(["--customers", "300", "--histories", "100", "--json", str(tmp_path / "told.json")])
    told = json.loads((tmp_path / "told.json").read_text())
    assert (told["customers"], told["histories"]) == (300, 100) and told["events"] > 1000
    assert 1000 < told["bytes_per_profile"]["p50"] < 6000
    assert [kill["known"] for kill in told["serving_again"]["kills"]] == [100, 100]
    assert [kill["events_behind"] for kill in told["serving_again"]["kills"]] == [2_300, 4_300]
