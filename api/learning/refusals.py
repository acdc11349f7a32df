"""Refusals: whose history is not to be learnt from, by the stored profiles of a data folder."""

from api.explorer.links import visitors_of
from graph import CustomerId
from graph.data_folder import DataFolder
from graph.profile.store import SqliteProfiles

__all__ = ["refusing"]

PURPOSE = "personalization"


def refusing(folder: DataFolder) -> frozenset[CustomerId]:
    """Who refuses personalization, and whoever is linked with somebody who does; nobody where there are no profiles.

    StoreUnavailable where they cannot be read: then nothing is learnt from anybody.
    """
    if not folder.profiles.exists():
        return frozenset()
    profiles = SqliteProfiles(folder.profiles)
    try:
        refused = {
            customer
            for customer, choices in profiles.choosing()
            if PURPOSE in choices.consents and not choices.consents[PURPOSE].value
        }
        for customer, choices in profiles.linking():
            people = {customer, *visitors_of(choices)}
            if people & refused:
                refused |= people
    finally:
        profiles.close()
    return frozenset(refused)
