"""Refusals: whose history is not to be learnt from, by the stored profiles."""

from collections.abc import Collection

from api.profile_store import profile_store
from api.settings import Settings
from graph import CustomerId
from graph.data_folder import DataFolder
from graph.identity.consent import Purpose
from graph.identity.person import deciding

__all__ = ["refusing"]


def refusing(settings: Settings, customers: Collection[CustomerId]) -> frozenset[CustomerId]:
    """Those of `customers` who do not permit personalization, by a choice of their own or of a leaf they are linked
    with, or by the default.

    StoreUnavailable where profiles cannot be read: then nothing is learnt from anybody.
    """
    defaults = settings.consent_defaults
    if not settings.profiles and not DataFolder(settings.data).profiles.exists():
        return frozenset(customers if Purpose.PERSONALIZATION in defaults.denied else ())
    profiles = profile_store(settings)
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
