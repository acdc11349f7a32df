import pytest

from api import progress
from api.progress import stage


def test_without_a_terminal_progress_is_lines_on_stderr(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PLAIN_SECONDS", 0.0)
    with stage("counting") as advance:
        advance(1, 4, "sheep")
        advance(1_000, None)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[:3] == ["counting …", "counting: 25 %, sheep", "counting: 1,000"]
    assert err.splitlines()[3].startswith("counting: done in 0.")


def test_lines_keep_their_distance(capsys: pytest.CaptureFixture[str]) -> None:
    with stage("counting") as advance:
        for sheep in range(1_000):
            advance(sheep, 1_000)
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_work_that_fails_is_not_called_done(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError), stage("dividing"):
        raise ZeroDivisionError
    assert "done" not in capsys.readouterr().err
