"""Profiles through their encoding: what nobody reads is not unpacked, and is stored again as it was."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.msgpack import decode

from graph import DAY, Instant, Profile
from graph.events.family import CustomerEvent
from graph.profile.codec import as_plain, decode_profile, encode_profile
from graph.profile.features.table_file import parse_feature_table
from graph.profile.fold import fold
from graph.profile.sealed import Sealed
from tests.graph.profile.features.small_table import SMALL
from tests.graph.profile.some_events import ANN, NOON, histories, numbered, purchase, view

TABLE = parse_feature_table(SMALL)


@settings(deadline=None, max_examples=50)
@given(histories(erasures=True), st.data())
def test_a_profile_comes_back_as_it_was(events: list[CustomerEvent], data: st.DataObject) -> None:
    logged = numbered(list(events))
    profile = fold(None, ANN, logged, TABLE)
    stored = encode_profile(profile)
    assert encode_profile(decode_profile(stored)) == stored, "unread"
    assert decode_profile(stored) == profile
    cut = data.draw(st.integers(0, len(logged)))
    half = decode_profile(encode_profile(fold(None, ANN, logged[:cut], TABLE)))
    assert fold(half, ANN, logged[cut:], TABLE) == profile, "stored in the middle"


def test_an_event_unpacks_only_what_it_touches(monkeypatch: pytest.MonkeyPatch) -> None:
    before = decode_profile(encode_profile(fold(None, ANN, numbered([purchase(1, ["milk"]), view(2, "milk")]), TABLE)))
    unpacked: list[object] = []
    value = Sealed.__dict__["value"].fget

    def read(sealed: Sealed[object]) -> object:
        unpacked.append(sealed)
        return value(sealed)

    monkeypatch.setattr(Sealed, "value", property(read))
    after = fold(before, ANN, numbered([view(3, "bread", NOON + 1)], start=3), TABLE)
    assert unpacked == []
    assert after.bought is before.bought and after.settled is before.settled
    assert after.session(Instant(NOON + DAY)) == ()


def test_what_is_kept_can_be_read_by_anybody() -> None:
    profile = fold(None, ANN, numbered([purchase(1, ["milk"]), view(2, "milk", NOON + 2 * DAY)]), TABLE)
    told = msgspec.json.decode(msgspec.json.encode(profile, enc_hook=as_plain))
    assert told["days"]["purchased"] == {"milk": {"20000": 1}}
    assert told["bought"] == {"milk": NOON} and [row[3] for row in told["recent"]] == ["milk", "milk"]
    assert told["settled"]["series"]


def test_what_has_no_encoding_is_refused() -> None:
    with pytest.raises(NotImplementedError, match="a object has no form in JSON"):
        as_plain(object())
    assert decode(encode_profile(Profile(customer=ANN))) == {"customer": ANN}
