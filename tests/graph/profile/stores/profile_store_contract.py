"""What every ProfileStore must do; subclass it and say how one is opened."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from graph import START, Catalogue, CustomerId, Instant, LoggedEvent, Position, Product, ProductId, Profile, Stamp
from graph.events.family import ConsentChanged, CustomerEvent, Erased, Identified
from graph.profile.fold import fold
from graph.profile.live import LiveProfiles
from graph.profile.stores.profile_store import ProfileStore
from graph.projection.serving_projection import ServingProjection
from tests.graph.profile.some_events import ANN, histories, named, numbered, purchase, view

__all__ = ["Open", "ProfileStoreContract", "product"]

Open = Callable[[], ProfileStore]
BEN = CustomerId("user:ben")
DEVICE = CustomerId("anon:device")
_examples = count()
CUSTOMERS = [ANN, BEN, DEVICE, CustomerId("anon:other")]


def product(name: str, at: int = 0, price: int = 100, event: str = "") -> Product:
    stamp = Stamp(Instant(at), event or f"shop/{at}")
    return Product(id=ProductId(name), price=price, attributes={"organic": True}, stamp=stamp)


class ProfileStoreContract:
    @pytest.fixture
    def opened(self) -> Iterator[Open]:
        """Opens the same new, empty store, as often as it is called; closes what it opened."""
        raise NotImplementedError

    def test_profiles_products_and_position_are_there_after_opening_again(self, opened: Open) -> None:
        store = opened()
        assert (store.position(), store.read(ANN), list(store.products())) == (START, None, [])
        profile = fold(None, ANN, numbered([view(1), purchase(2, ["milk", "bread"])]))
        store.write([profile], [(product("milk"), 4), (product("bread"), 3)], Position("9"))
        again = opened()
        assert again.read(ANN) == profile
        assert again.read_all([ANN, BEN]) == {ANN: profile}
        assert again.seqs([ANN, BEN]) == {ANN: 2}
        assert list(again.products()) == [(product("milk"), 4), (product("bread"), 3)]
        assert again.position() == "9"
        assert again.read_all([]) == {} and again.seqs([]) == {}

    def test_the_feature_table_is_the_one_the_first_events_were_folded_with(self, opened: Open) -> None:
        with closing(opened()) as store:
            assert [store.features("one"), store.features("two")] == ["one", "two"]
            store.write([], [], Position("1"))
            assert store.features("three") == "two"
            assert store.name

    def test_a_product_with_a_later_stamp_stays(self, opened: Open) -> None:
        store = opened()
        store.write([], [(product("milk", at=5, price=1), 1), (product("milk", at=3, price=2), 2)], Position("2"))
        assert list(store.products()) == [(product("milk", at=5, price=1), 1)]
        store.write([], [(product("milk", at=5, price=3), 3)], Position("3"))
        assert list(store.products()) == [(product("milk", at=5, price=3), 3)]

    def test_stamps_of_one_moment_are_ordered_by_the_bytes_of_their_event(self, opened: Open) -> None:
        store = opened()
        for seq, event in enumerate(["b", "é", "Z", "a", "zz", ""], 1):
            store.write([], [(product("milk", event=event or "-", price=seq), seq)], Position(str(seq)))
        assert list(store.products()) == [(product("milk", event="é", price=2), 2)]

    def test_a_profile_never_goes_back(self, opened: Open) -> None:
        store = opened()
        store.write([Profile(customer=ANN, seq=2**50)], [], Position("5"))
        store.write([Profile(customer=ANN, seq=2**50 - 1, counts={"Viewed": 1})], [], Position("6"))
        assert store.read(ANN) == Profile(customer=ANN, seq=2**50)

    def test_a_position_only_moves_forward_partition_by_partition(self, opened: Open) -> None:
        store = opened()
        for given_, expected in [("9,4", "9,4"), ("", "9,4"), ("12,3", "12,4"), ("100,3", "100,4")]:
            store.write([], [], Position(given_))
            assert store.position() == expected

    def test_what_is_allowed_and_who_is_linked_can_be_found(self, opened: Open) -> None:
        store = opened()
        linked = fold(None, ANN, numbered([Identified(**named(1, anonymous=DEVICE))]))
        refusing = fold(None, BEN, numbered([ConsentChanged(**named(1, customer=BEN, consents={"analytics": False}))]))
        neither = fold(None, DEVICE, numbered([view(1, customer=DEVICE)]))
        store.write([linked, refusing, neither], [], Position("1"))
        ann, ben = store.choices(ANN), store.choices(BEN)
        assert ann is not None and ann.linked == linked.linked and not ann.consents
        assert ben is not None and ben.consents == refusing.consents and ben.seq == 1
        assert store.choices(CustomerId("user:nobody")) is None
        assert dict(store.linking()) == {ANN: ann}
        assert dict(store.choosing()) == {BEN: ben}
        gone = fold(refusing, BEN, numbered([Erased(**named(2, customer=BEN))], start=2))
        store.write([gone], [], Position("2"))
        assert dict(store.choosing()) == {}
        assert store.checkpoint()

    def test_many_profiles_are_written_and_read_at_once(self, opened: Open) -> None:
        store = opened()
        profiles = [Profile(customer=CustomerId(f"user:{number}"), seq=number) for number in range(1, 1202)]
        entries = [(product(f"p{number}"), number) for number in range(1201)]
        store.write(profiles, entries, Position("1201"))
        assert store.read_all([profile.customer for profile in profiles]) == {each.customer: each for each in profiles}
        assert store.seqs([each.customer for each in profiles]) == {each.customer: each.seq for each in profiles}
        assert list(store.products()) == entries

    def test_a_catalogue_can_be_made_of_it(self, opened: Open) -> None:
        store = opened()
        store.write([], [(product("milk"), 4), (product("bread"), 3)], Position("9"))
        catalogue = Catalogue()
        for entry, seq in store.products():
            catalogue.put(entry, seq)
        assert catalogue.ids == ["milk", "bread"] and catalogue.version == "c4"

    def test_two_workers_at_once_end_where_one_would(self, opened: Open) -> None:
        rng = Random(4)
        events = [view(number, f"p{rng.randrange(9)}", customer=rng.choice(CUSTOMERS)) for number in range(300)]
        rows = numbered([*events])

        def work(seed: int) -> None:
            rng, at = Random(seed), 0
            worker = ServingProjection(opened())
            while at < len(rows):
                until = at + rng.randint(1, 40)
                worker.apply(rows[at:until], Position(str(min(until, len(rows)))))
                at = until

        workers = [threading.Thread(target=work, args=(seed,)) for seed in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        store = opened()
        assert store.position() == "300"
        assert store.read_all(CUSTOMERS) == {who: _model(rows, who) for who in CUSTOMERS}

    def test_servers_at_any_pace_over_one_store_agree(self, opened: Open) -> None:
        stores = [opened() for _ in range(3)]

        @settings(deadline=None, max_examples=20)
        @given(histories(erasures=True), st.integers(0, 2**32))
        def agree(events: list[CustomerEvent], seed: int) -> None:
            rng = Random(seed)
            people = [CustomerId(f"{customer}/{next(_examples)}") for customer in CUSTOMERS]  # the store stays the same
            rows = numbered([replace(event, customer=rng.choice(people)) for event in events])
            servers = [LiveProfiles(store, max_clean=rng.randrange(4)) for store in stores[:2]]
            worker = ServingProjection(stores[2])
            served, folded = [0, 0], 0
            while min(served) < len(rows):
                step, which = rng.choice(["serve", "fold", "look"]), rng.randrange(2)
                if step == "serve" and served[which] < len(rows):
                    until = rng.randint(served[which] + 1, len(rows))
                    servers[which].apply(rows[served[which] : until])
                    served[which] = until
                elif step == "fold" and folded < len(rows):
                    until = rng.randint(folded + 1, len(rows))
                    worker.apply(rows[folded:until], Position(str(until)))
                    folded = until
                else:
                    servers[which].settle()
                    servers[which].fetch([rng.choice(people)])
            for person in people:
                assert [server.get(person) for server in servers] == [_model(rows, person)] * 2

        agree()


def _model(rows: list[LoggedEvent], customer: CustomerId) -> Profile | None:
    own = [row for row in rows if row.event.subject == customer]
    return fold(None, customer, own) if own else None
