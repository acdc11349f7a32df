"""Refusals: whose history is not to be learnt from, by the stored profiles."""

from api.explorer.links import visitors_of
from api.profile_store import profile_store
from api.settings import Settings
from graph import CustomerId
from graph.data_folder import DataFolder

__all__ = ["refusing"]

PURPOSE = "personalization"


def refusing(settings: Settings) -> frozenset[CustomerId]:
    """Who refuses personalization, and whoever is linked with somebody who does; nobody where there are no profiles.

    StoreUnavailable where they cannot be read: then nothing is learnt from anybody.
    """
    if not settings.profiles and not DataFolder(settings.data).profiles.exists():
        return frozenset()
    profiles = profile_store(settings)
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
