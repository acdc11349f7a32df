"""Opening the profile store that a setting names."""

from pathlib import Path

from graph.errors import PatronError
from graph.profile.stores.profile_store import ProfileStore
from graph.profile.stores.sqlite import SqliteProfiles

__all__ = ["open_profiles"]


def open_profiles(
    path: Path, address: str = "", *, prefix: str = "patron", visitor_days: float = 90, timeout_seconds: float = 5.0
) -> ProfileStore:
    """The Valkey or Redis at `address`, ``redis://host:6379/0``, or, where that is empty, the file at `path`.

    `prefix` names the deployment and `visitor_days` is how long a visitor is remembered there. Raises InvalidValue for
    an address that names none, PatronError where the client it needs is not installed, StoreUnavailable for a file that
    cannot be used; whether a server answers is seen when it is first asked.
    """
    if not address:
        return SqliteProfiles(path)
    try:
        from graph.profile.stores.valkey.link import check_address  # its client is an extra
        from graph.profile.stores.valkey.store import ValkeyProfiles
    except ModuleNotFoundError as missing:
        if missing.name != "valkey":
            raise
        raise PatronError("PATRON_PROFILES names a server: pip install 'patron[valkey]'") from None
    check_address(address)
    return ValkeyProfiles(address, prefix=prefix, visitor_days=visitor_days, timeout_seconds=timeout_seconds)
