"""Where history comes from: files with a mapping, and data sets that bring their own."""

from graph.sources.complete_journey import complete_journey_folder, complete_journey_mapping
from graph.sources.errors import MappingError, UnreadableFile
from graph.sources.history import ImportReport, import_history
from graph.sources.history_files import read_history
from graph.sources.mapping import Mapping
from graph.sources.mapping_file import load_mapping, parse_mapping
from graph.sources.report import Report, validate
from graph.sources.rows.refused_row import Reason, RefusedRow

__all__ = [
    "ImportReport",
    "Mapping",
    "MappingError",
    "Reason",
    "RefusedRow",
    "Report",
    "UnreadableFile",
    "complete_journey_folder",
    "complete_journey_mapping",
    "import_history",
    "load_mapping",
    "parse_mapping",
    "read_history",
    "validate",
]
