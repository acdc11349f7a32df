"""Settings: the table in the docs is the table in the code, and what cannot be used is refused by name."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from api.settings import Settings, loaded_settings
from graph import InvalidValue

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"
KEY = "k" * 32


def test_the_documented_table_is_the_real_one() -> None:
    rows = [line.split(" | ") for line in DOCS.read_text().splitlines() if line.startswith("| `PATRON_")]
    documented = {row[0].strip("| `"): (row[1].strip("` "), row[2].rstrip(" |")) for row in rows}
    real = {}
    for name, field in Settings.model_fields.items():
        default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        real[f"PATRON_{name.upper()}"] = ("" if default in (None, (), "") else str(default), field.description)
    assert documented == real


@pytest.mark.parametrize("key", ["changeme", "secret", "short-key-15chr"])
def test_a_placeholder_or_short_key_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(InvalidValue, match="PATRON_SECRET_KEY") as refused:
        loaded_settings(secret_key=SecretStr(key))
    assert key not in str(refused.value)


def test_a_key_never_appears_in_a_repr() -> None:
    assert KEY not in repr(loaded_settings(secret_key=SecretStr(KEY)))


PASSWORD = "s3cr/t@: %"
ENCODED = "s3cr%2Ft%40%3A%20%25"


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("neo4j://db.example:7687/shop", f"neo4j://neo4j:{ENCODED}@db.example:7687/shop"),
        ("neo4j+s://ann@db.example", f"neo4j+s://ann:{ENCODED}@db.example"),
        ("bolt://ann@db.example", f"bolt://ann:{ENCODED}@db.example"),
        ("neo4j://ann:other@db.example", "neo4j://ann:other@db.example"),
        ("sqlite:////srv/graph.db", "sqlite:////srv/graph.db"),
    ],
)
def test_the_graphs_password_joins_a_url_without_one(url: str, whole: str) -> None:
    assert loaded_settings(graph=url, graph_password=SecretStr(PASSWORD)).graph_url == whole
    assert loaded_settings(graph=url).graph_url == url


def test_the_graphs_password_never_appears_in_a_repr() -> None:
    shown = repr(loaded_settings(graph="neo4j://ann:hidden@db.example", graph_password=SecretStr(PASSWORD)))
    assert "hidden" not in shown and PASSWORD not in shown


def test_listening_beyond_loopback_needs_a_secret_key() -> None:
    with pytest.raises(InvalidValue, match="loopback"):
        loaded_settings(host="0.0.0.0")
    assert not loaded_settings(host="0.0.0.0", secret_key=SecretStr(KEY)).development


def test_one_key_for_both_purposes_is_refused() -> None:
    with pytest.raises(InvalidValue, match="PUBLISHABLE"):
        loaded_settings(secret_key=SecretStr(KEY), publishable_key=SecretStr(KEY))


def test_the_environment_is_read_and_an_option_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRON_PORT", "9000")
    monkeypatch.setenv("PATRON_CORS_ORIGINS", "https://a.example, https://b.example")
    assert loaded_settings().port == 9000
    assert loaded_settings(port=9001).port == 9001
    assert loaded_settings().cors_origins == ("https://a.example", "https://b.example")


def test_a_value_of_the_wrong_type_names_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRON_PORT", "many")
    with pytest.raises(InvalidValue, match="PATRON_PORT"):
        loaded_settings()


def test_a_child_process_reads_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given = loaded_settings(
        data=tmp_path,
        secret_key=SecretStr(KEY),
        publishable_key=SecretStr("p" * 32),
        graph="neo4j://ann@db.example",
        graph_password=SecretStr(PASSWORD),
        cors_origins=("https://a.example", "https://b.example"),
        host="0.0.0.0",
        deadline_ms=77,
        worker=False,
        poll_seconds=0.25,
    )
    for name, value in given.as_environment().items():
        if name.startswith("PATRON_"):
            monkeypatch.setenv(name, value)
    assert loaded_settings() == given


@pytest.mark.parametrize(
    ("name", "given", "shown"),
    [
        ("PATRON_PROFILES_PREFIX", "made anew", "got 'made anew', expected"),
        ("PATRON_PORT", "high", "got 'high', expected"),
        ("PATRON_SECRET_KEY", "hunter2", "PATRON_SECRET_KEY: got None, expected"),
    ],
)
def test_a_bad_value_of_the_environment_is_shown_unless_it_is_a_secret(
    monkeypatch: pytest.MonkeyPatch, name: str, given: str, shown: str
) -> None:
    monkeypatch.setenv(name, given)
    with pytest.raises(InvalidValue) as refused:
        loaded_settings(port=None, data=None)  # as a command without these options does
    assert shown in str(refused.value) and name in str(refused.value)
    assert ("hunter2" in str(refused.value)) is False
