"""A call of the command line: its exit code and what it printed."""

import json
from typing import Any, NamedTuple

import pytest

from api.cli import main

__all__ = ["Called", "call"]


class Called(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def call(captured: pytest.CaptureFixture[str], *arguments: str) -> Called:
    """Run ``patron`` with these arguments in this process."""
    captured.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    code = ended.value.code
    out, err = captured.readouterr()
    return Called(code if isinstance(code, int) else 0 if code is None else 1, out, err)
