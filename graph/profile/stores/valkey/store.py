"""ValkeyProfiles: the profiles and the catalogue of a deployment in a Valkey or Redis, shared by its servers."""

import struct
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from msgspec.msgpack import Decoder, Encoder

from graph.ids import CustomerId, ProductId, is_anonymous
from graph.instants import DAY
from graph.log.event_log import START, Position
from graph.nodes import Product
from graph.profile.codec import decode_profile, encode_profile
from graph.profile.profile import Profile
from graph.profile.stores.profile_store import Choices
from graph.profile.stores.valkey.link import Link
from graph.profile.stores.valkey.scripts import MOVE, PUT_PRODUCT, PUT_PROFILE

__all__ = ["ValkeyProfiles"]

AT_ONCE = 500

_SEQ = struct.Struct(">Q")  # before a profile's state
_ENTRY = struct.Struct(">qQH")  # before a catalogue entry: when, seq, length of the event's key
_encode = Encoder().encode
_choices_decoder = Decoder(Choices)
_product_decoder = Decoder(Product)
T = TypeVar("T")


class ValkeyProfiles:
    """One deployment is one `prefix`; its keys share a hash tag, so that in a cluster they are on one primary.

    Profiles come before the position in everything the server keeps or sends on, so what a crash or a failover loses of
    the end is read again from the log. A visitor's profile expires `visitor_days` after its last event, unless a
    customer is linked to it. An outage costs a caller `timeout_seconds` once; until a probe has found the server again,
    every method raises StoreUnavailable at once.
    """

    def __init__(
        self,
        address: str,
        *,
        prefix: str = "patron",
        visitor_days: float = 90,
        timeout_seconds: float = 5.0,
        probe_seconds: float = 0.5,
    ) -> None:
        self._link = Link(address, timeout_seconds=timeout_seconds, probe_seconds=probe_seconds)
        self.name = f"the profiles of {prefix}"
        self._tag = f"{{{prefix}}}:"
        self._keep_ms = int(visitor_days * DAY / 1000)
        names = ("linking", "choosing", "linked", "products", "order", "position", "features")
        self._linking, self._choosing, self._linked, self._products, self._order, self._position, self._features = (
            self._tag + name for name in names
        )

    @property
    def lives(self) -> int:
        return self._link.lives

    def read(self, customer: CustomerId) -> Profile | None:
        return self.read_all((customer,)).get(customer)

    def read_all(self, customers: Collection[CustomerId]) -> dict[CustomerId, Profile]:
        return dict(self._decoded(customers, decode_profile))

    def seqs(self, customers: Collection[CustomerId]) -> dict[CustomerId, int]:
        found: dict[CustomerId, int] = {}
        for part in _parts(customers):
            told = zip(part, self._link.ask(self._heads, part), strict=True)
            found.update((customer, _SEQ.unpack(head)[0]) for customer, head in told if head)
        return found

    def choices(self, customer: CustomerId) -> Choices | None:
        return dict(self._decoded((customer,), _choices_decoder.decode)).get(customer)

    def linking(self) -> Iterator[tuple[CustomerId, Choices]]:
        return self._indexed(self._linking)

    def choosing(self) -> Iterator[tuple[CustomerId, Choices]]:
        return self._indexed(self._choosing)

    def products(self) -> Iterator[tuple[Product, int]]:
        start = 0
        while True:
            names: list[bytes] = self._link.ask(
                lambda client, start: client.zrange(self._order, start, start + AT_ONCE - 1), start
            )
            if not names:
                return
            entries = self._link.ask(lambda client, names: client.hmget(self._products, names), names)
            for entry in entries:
                _, seq, length = _ENTRY.unpack_from(entry)
                yield _product_decoder.decode(entry[_ENTRY.size + length :]), seq
            start += len(names)

    def position(self) -> Position:
        held = self._link.ask(lambda client: client.get(self._position))
        return START if held is None else Position(held.decode())

    def features(self, fingerprint: str) -> str:
        if self.position() == START:
            self._link.ask(lambda client: client.set(self._features, fingerprint))
        held = self._link.ask(lambda client: client.get(self._features))
        return "" if held is None else str(held.decode())

    def write(self, profiles: Iterable[Profile], products: Iterable[tuple[Product, int]], position: Position) -> None:
        for part in _parts(profiles):
            self._link.ask(self._put_profiles, part)
        for rows in _parts(products):
            self._link.ask(self._put_products, rows)
        keys = [self._position, self._linking, self._choosing]
        self._link.ask(lambda client: client.register_script(MOVE)(keys=keys, args=[position]))

    def clear(self) -> None:
        """Remove all of this deployment, the position first: a server that comes meanwhile folds the whole log."""
        self._link.ask(lambda client: client.delete(self._position))
        cursor = 0
        while True:
            cursor, names = self._link.ask(
                lambda client, at: client.scan(at, match=_literally(self._tag) + "*", count=AT_ONCE), cursor
            )
            if names:
                self._link.ask(lambda client, names: client.unlink(*names), names)
            if not cursor:
                return

    def checkpoint(self) -> bool:
        """Have the append-only file written anew, which else holds what was erased; False while that cannot begin."""
        told = self._link.ask(lambda client: client.info("persistence"))
        if not told.get("aof_enabled"):
            return True
        if told.get("aof_rewrite_in_progress") or told.get("rdb_bgsave_in_progress"):
            return False
        self._link.ask(lambda client: client.bgrewriteaof())
        return True

    def close(self) -> None:
        self._link.close()

    def _profile(self, customer: str) -> str:
        return f"{self._tag}profile:{customer}"

    def _heads(self, client: Any, customers: Sequence[CustomerId]) -> list[bytes]:
        pipeline = client.pipeline(transaction=False)
        for customer in customers:
            pipeline.getrange(self._profile(customer), 0, _SEQ.size - 1)
        return list(pipeline.execute())

    def _decoded(self, customers: Iterable[CustomerId], decode: Callable[[bytes], T]) -> Iterator[tuple[CustomerId, T]]:
        for part in _parts(customers):
            keys = [self._profile(customer) for customer in part]
            states = self._link.ask(lambda client, keys: client.mget(keys), keys)
            for customer, state in zip(part, states, strict=True):
                if state is not None:
                    yield customer, decode(state[_SEQ.size :])

    def _indexed(self, index: str) -> Iterator[tuple[CustomerId, Choices]]:
        cursor = 0
        while True:
            cursor, found = self._link.ask(lambda client, at: client.zscan(index, at, count=AT_ONCE), cursor)
            yield from self._decoded([CustomerId(name.decode()) for name, _ in found], _choices_decoder.decode)
            if not cursor:
                return

    def _put_profiles(self, client: Any, profiles: Sequence[Profile]) -> None:
        put, pipeline = client.register_script(PUT_PROFILE), client.pipeline(transaction=False)
        for profile in profiles:
            customer, seq = profile.customer, profile.seq
            keep = self._keep_ms if is_anonymous(customer) else 0
            linked = [leaf for leaf, dated in profile.linked.items() if dated.value and is_anonymous(leaf)]
            says = [int(bool(profile.linked)), int(bool(profile.consents)), int(not profile.counts)]
            put(
                keys=[
                    self._profile(customer), self._linking, self._choosing, self._linked,
                    *map(self._profile, linked),
                ],
                args=[_SEQ.pack(seq) + encode_profile(profile), seq, customer, keep, *says, *linked],
                client=pipeline,
            )  # fmt: skip
        pipeline.execute()

    def _put_products(self, client: Any, rows: Sequence[tuple[Product, int]]) -> None:
        put, pipeline = client.register_script(PUT_PRODUCT), client.pipeline(transaction=False)
        for product, seq in rows:
            event = product.stamp.event.encode()
            entry = _ENTRY.pack(product.stamp.at, seq, len(event)) + event + _encode(product)
            put(keys=[self._products, self._order], args=[ProductId(product.id), entry], client=pipeline)
        pipeline.execute()


def _literally(text: str) -> str:
    """A text as a pattern that only it matches."""
    return "".join(f"\\{character}" if character in "*?[]^-\\" else character for character in text)


def _parts(rows: Iterable[T]) -> Iterator[list[T]]:
    """`rows` in lists of at most AT_ONCE."""
    left = iter(rows)
    while part := list(islice(left, AT_ONCE)):
        yield part
