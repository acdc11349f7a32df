"""What is said of a pack that is refused."""

import pytest

from recommend.decisions.pack import Pack, PackRefused

__all__ = ["refusals"]


def refusals(texts: dict[str, str]) -> list[str]:
    """The lines that tell what is wrong with these files."""
    with pytest.raises(PackRefused) as refused:
        Pack.compile(texts)
    return str(refused.value).splitlines()
