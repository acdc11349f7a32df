"""What a figure was measured on, and how it is printed."""

import importlib.metadata
import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

__all__ = ["machine", "printed"]

LIBRARIES = ("numpy", "faiss-cpu", "uvicorn", "starlette", "msgspec")


def machine() -> dict[str, Any]:
    """Processor, cores, load, versions and date."""
    model = next(
        (line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
        "date": datetime.now(UTC).date().isoformat(),
    }


def printed(answer: Mapping[str, Any], file: Path | None) -> None:
    """One JSON object on standard output and, where wanted, in a file."""
    text = json.dumps(answer, indent=1)
    if file is not None:
        file.write_text(text + "\n", encoding="utf-8")
    print(text)


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []
