"""The data folder of a command that reads what another one made: it has to be there already."""

from api.settings import Settings
from graph import PatronError
from graph.data_folder import DataFolder

__all__ = ["existing_folder"]


def existing_folder(settings: Settings) -> DataFolder:
    """The data folder of these settings; PatronError where there is none, instead of making an empty one."""
    if not (settings.data / "embeddings").is_dir():
        raise PatronError(
            f"no data folder at {str(settings.data)!r}: name one with --data, or make one with `patron import`"
        )
    return DataFolder(settings.data)
