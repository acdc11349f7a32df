from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import count

import pytest

from graph.profile.stores.profile_store import ProfileStore
from graph.profile.stores.valkey.store import ValkeyProfiles
from tests.graph.profile.stores.profile_store_contract import Open, ProfileStoreContract

_numbers = count()


class TestValkeyProfiles(ProfileStoreContract):
    @pytest.fixture
    def opened(self, shared_valkey: str) -> Iterator[Open]:
        prefix = f"contract-{next(_numbers)}"
        with ExitStack() as stack:

            def open_it() -> ProfileStore:
                return stack.enter_context(closing(ValkeyProfiles(shared_valkey, prefix=prefix)))

            yield open_it
