"""Mistakes of form are told by file, line, key, value and what was expected."""

import pytest

from tests.recommend.decisions.pack.refusals import refusals
from tests.recommend.decisions.pack.small_pack import changed
from tests.recommend.decisions.pack.written.mistakes_of_form import FORM


@pytest.mark.parametrize(("file", "old", "new", "said"), FORM.values(), ids=FORM)
def test_a_mistake_of_form_is_told_with_its_line(file: str, old: str, new: str, said: str) -> None:
    assert any(line.startswith(f"{file}:{said}") for line in refusals(changed(file, old, new)))
