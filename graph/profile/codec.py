"""The one encoding of profiles: packed in stores, in JSON for whoever asks for all that is kept of them."""

from functools import cache
from typing import Any, get_args, get_origin

from msgspec.msgpack import Decoder, Encoder

from graph.profile.day_counts import DayCounts
from graph.profile.profile import Profile
from graph.profile.recent_rows import RecentRows
from graph.profile.sealed import Sealed

__all__ = ["as_plain", "decode_profile", "encode_profile"]


def _packed(part: object) -> object:
    if isinstance(part, Sealed):
        return part.packed(encode_profile)
    if isinstance(part, DayCounts | RecentRows):
        return part.packed
    raise NotImplementedError(f"a {type(part).__name__} has no encoding")


def _unpacked(kind: Any, packed: Any) -> object:
    if kind is DayCounts:
        return DayCounts(packed)
    if kind is RecentRows:
        return RecentRows(tuple(packed))
    if get_origin(kind) is Sealed:
        return Sealed.of(packed, _decoder(kind).decode)
    raise NotImplementedError(f"a {kind} has no encoding")


@cache
def _decoder(kind: Any) -> Decoder[Any]:
    return Decoder(get_args(kind)[0])


def as_plain(part: object) -> object:
    """Whatever of a profile JSON has no form for, as one that it has: the hook of an encoder."""
    if isinstance(part, Sealed):
        return part.value
    if isinstance(part, DayCounts):
        return dict(part.items())
    if isinstance(part, RecentRows):
        return list(part)
    raise NotImplementedError(f"a {type(part).__name__} has no form in JSON")


encode_profile = Encoder(enc_hook=_packed).encode
decode_profile = Decoder(Profile, dec_hook=_unpacked).decode
