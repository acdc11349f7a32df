"""Writing a pack's files into a folder."""

from collections.abc import Mapping
from pathlib import Path

__all__ = ["write_pack"]


def write_pack(folder: Path, texts: Mapping[str, str]) -> Path:
    """The folder, with just these files in it."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
