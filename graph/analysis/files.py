"""An analysis as files: arrays and a JSON manifest with their checksums, opened by mmap; no pickle."""

import hashlib
import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import DTypeLike, NDArray

from graph.analysis.graph_analysis import GraphAnalysis
from graph.analysis.strongest import StrongestEdges
from graph.analysis.summaries import Community
from graph.errors import InvalidValue, SchemaTooNew
from graph.ids import CustomerId
from graph.instants import Instant
from graph.log.event_log import Position

__all__ = ["open_analysis", "sync", "write_analysis"]

SCHEMA = 1
MANIFEST = "manifest.json"


class _Schema(msgspec.Struct, frozen=True):
    schema: int


class _Manifest(_Schema, frozen=True):
    position: str
    analysed_at: int
    modularity: float
    communities: tuple[Community, ...]
    checksums: dict[str, str]  # sha256 as hex, by the name of the file


def write_analysis(analysis: GraphAnalysis, folder: Path) -> None:
    """Write into an empty folder and bring it to the disk, the manifest last."""
    edges = analysis.edges
    for name, array in (
        ("degree", analysis.degree),
        ("community", analysis.community),
        ("centrality", analysis.centrality),
        ("edges.offsets", edges.offsets),
        ("edges.partner", edges.partner),
        ("edges.kind", edges.kind),
        ("edges.times", edges.times),
        ("edges.last", edges.last),
    ):
        np.save(folder / f"{name}.npy", np.ascontiguousarray(array), allow_pickle=False)
    _write_ids(folder, "customers", analysis.customers)
    _write_ids(folder, "products", analysis.products)
    names = sorted(path.name for path in folder.iterdir())
    manifest = _Manifest(
        schema=SCHEMA,
        position=analysis.position,
        analysed_at=analysis.analysed_at,
        modularity=analysis.modularity,
        communities=analysis.communities,
        checksums={name: _sha256(folder / name) for name in names},
    )
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
    for name in (*names, MANIFEST):
        sync(folder / name)
    sync(folder)


def open_analysis(folder: Path) -> GraphAnalysis:
    """The analysis `write_analysis` put there, its arrays read-only views of the files, every byte of them checked.

    SchemaTooNew for one of a later release; InvalidValue names the file that is missing or not what was written.
    """
    manifest = _read_manifest(folder / MANIFEST)
    for name, stated in manifest.checksums.items():
        try:
            found = _sha256(folder / name)
        except FileNotFoundError:
            found = "no such file"
        if found != stated:
            raise InvalidValue(str(folder / name), found, f"sha256 {stated}")
    customers, products = _read_ids(folder, "customers"), _read_ids(folder, "products")
    size = len(customers) + len(products)
    partner = _read_array(folder, "edges.partner", np.int32)
    return GraphAnalysis(
        customers=[CustomerId(customer) for customer in customers],
        products=products,
        degree=_read_array(folder, "degree", np.int32, size),
        community=_read_array(folder, "community", np.int32, size),
        centrality=_read_array(folder, "centrality", np.float64, size),
        edges=StrongestEdges(
            offsets=_read_array(folder, "edges.offsets", np.int64, size + 1),
            partner=partner,
            kind=_read_array(folder, "edges.kind", np.int8, len(partner)),
            times=_read_array(folder, "edges.times", np.int32, len(partner)),
            last=_read_array(folder, "edges.last", np.int64, len(partner)),
        ),
        communities=manifest.communities,
        modularity=manifest.modularity,
        position=Position(manifest.position),
        analysed_at=Instant(manifest.analysed_at),
    )


def sync(path: Path) -> None:
    """Force a file, or a folder's list of names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_manifest(path: Path) -> _Manifest:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise InvalidValue(str(path), "no such file", "the manifest of an analysis") from None
    try:
        schema = msgspec.json.decode(content, type=_Schema).schema
        if schema > SCHEMA:
            raise SchemaTooNew(f"{path}: schema", schema, f"{SCHEMA} or less: it is of a later Patron")
        return msgspec.json.decode(content, type=_Manifest)
    except msgspec.DecodeError as error:
        raise InvalidValue(str(path), str(error), "the manifest of an analysis") from None


def _read_array(folder: Path, name: str, dtype: DTypeLike, size: int | None = None) -> NDArray[Any]:
    path = folder / f"{name}.npy"
    expected = f"{np.dtype(dtype).name} of shape ({'any' if size is None else size},)"
    try:
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    except (FileNotFoundError, ValueError, EOFError) as error:
        raise InvalidValue(str(path), str(error), expected) from None
    if mapped.dtype != np.dtype(dtype) or mapped.ndim != 1 or size not in (None, len(mapped)):
        raise InvalidValue(str(path), f"{mapped.dtype.name} of shape {mapped.shape}", expected)
    view: NDArray[Any] = mapped.view(np.ndarray)
    return view


def _write_ids(folder: Path, name: str, ids: Sequence[str]) -> None:
    """Ids as one text in UTF-8 and the places, counted in characters, where each begins."""
    offsets = np.zeros(len(ids) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, ids), dtype=np.int64, count=len(ids)), out=offsets[1:])
    np.save(folder / f"{name}.offsets.npy", offsets, allow_pickle=False)
    np.save(folder / f"{name}.text.npy", np.frombuffer("".join(ids).encode(), dtype=np.uint8), allow_pickle=False)


def _read_ids(folder: Path, name: str) -> list[str]:
    text = _read_array(folder, f"{name}.text", np.uint8).tobytes().decode()
    places = _read_array(folder, f"{name}.offsets", np.int64).tolist()
    return [text[start:end] for start, end in pairwise(places)]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
