"""Refusals: whose history is not to be learnt from, by the stored profiles of a data folder."""

from collections.abc import Collection

from graph import CustomerId
from graph.data_folder import DataFolder
from graph.identity.consent import ConsentDefaults, Purpose
from graph.identity.person import deciding
from graph.profile.store import SqliteProfiles

__all__ = ["refusing"]


def refusing(folder: DataFolder, customers: Collection[CustomerId], defaults: ConsentDefaults) -> frozenset[CustomerId]:
    """Those of `customers` who do not permit personalization, by a choice of their own or of a leaf they are linked
    with, or by the default.

    StoreUnavailable where profiles cannot be read: then nothing is learnt from anybody.
    """
    if not folder.profiles.exists():
        return frozenset(customers if Purpose.PERSONALIZATION in defaults.denied else ())
    profiles = SqliteProfiles(folder.profiles)
    try:
        chosen = {
            customer: bool(choices.consents[Purpose.PERSONALIZATION].value)
            for customer, choices in profiles.choosing()
            if Purpose.PERSONALIZATION in choices.consents
        }
        linked = {customer: choices.linked for customer, choices in profiles.linking()}
    finally:
        profiles.close()
    return frozenset(
        customer
        for customer in customers
        if not defaults.permit_all(
            (chosen.get(leaf) for leaf in (deciding(customer, linked.get) if customer in linked else (customer,))),
            Purpose.PERSONALIZATION,
        )
    )
