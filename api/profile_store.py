"""The profile store that the settings name."""

from api.settings import Settings
from graph.data_folder import DataFolder
from graph.profile.stores.opening import open_profiles
from graph.profile.stores.profile_store import ProfileStore

__all__ = ["profile_store"]


def profile_store(settings: Settings, *, timeout_seconds: float = 5.0) -> ProfileStore:
    """The store opened; `timeout_seconds` is how long whoever asks a server waits, once in an outage.

    Raises what `open_profiles` raises.
    """
    return open_profiles(
        DataFolder(settings.data).profiles,
        settings.profiles,
        prefix=settings.profiles_prefix,
        visitor_days=settings.visitor_days,
        timeout_seconds=timeout_seconds,
    )
