"""An analysis as files: arrays and a JSON manifest with their checksums, opened by mmap; no pickle."""

from pathlib import Path

import msgspec
import numpy as np

from graph.analysis.graph_analysis import GraphAnalysis
from graph.analysis.strongest import StrongestEdges
from graph.analysis.summaries import Community
from graph.errors import FileBroken, SchemaTooNew
from graph.files import read_array, read_ids, sha256, sync, write_array, write_ids
from graph.ids import CustomerId
from graph.instants import Instant
from graph.log.event_log import Position

__all__ = ["open_analysis", "write_analysis"]

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
        write_array(folder, name, array)
    write_ids(folder, "customers", analysis.customers)
    write_ids(folder, "products", analysis.products)
    names = sorted(path.name for path in folder.iterdir())
    manifest = _Manifest(
        schema=SCHEMA,
        position=analysis.position,
        analysed_at=analysis.analysed_at,
        modularity=analysis.modularity,
        communities=analysis.communities,
        checksums={name: sha256(folder / name) for name in names},
    )
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
    for name in (*names, MANIFEST):
        sync(folder / name)
    sync(folder)


def open_analysis(folder: Path) -> GraphAnalysis:
    """The analysis `write_analysis` put there, its arrays read-only views of the files, every byte of them checked.

    SchemaTooNew for one of a later release; FileBroken names the file that is missing or not what was written.
    """
    manifest = _read_manifest(folder / MANIFEST)
    for name, stated in manifest.checksums.items():
        try:
            found = sha256(folder / name)
        except FileNotFoundError:
            raise FileBroken(folder / name, "no such file", f"sha256 {stated}") from None
        if found != stated:
            raise FileBroken(folder / name, f"sha256 {found}", f"sha256 {stated}")
    customers, products = read_ids(folder, "customers"), read_ids(folder, "products")
    size = len(customers) + len(products)
    partner = read_array(folder, "edges.partner", np.int32, (None,))
    return GraphAnalysis(
        customers=[CustomerId(customer) for customer in customers],
        products=products,
        degree=read_array(folder, "degree", np.int32, (size,)),
        community=read_array(folder, "community", np.int32, (size,)),
        centrality=read_array(folder, "centrality", np.float64, (size,)),
        edges=StrongestEdges(
            offsets=read_array(folder, "edges.offsets", np.int64, (size + 1,)),
            partner=partner,
            kind=read_array(folder, "edges.kind", np.int8, (len(partner),)),
            times=read_array(folder, "edges.times", np.int32, (len(partner),)),
            last=read_array(folder, "edges.last", np.int64, (len(partner),)),
        ),
        communities=manifest.communities,
        modularity=manifest.modularity,
        position=Position(manifest.position),
        analysed_at=Instant(manifest.analysed_at),
    )


def _read_manifest(path: Path) -> _Manifest:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FileBroken(path, "no such file", "the manifest of an analysis") from None
    try:
        schema = msgspec.json.decode(content, type=_Schema).schema
        if schema > SCHEMA:
            raise SchemaTooNew(f"{path}: schema", schema, f"{SCHEMA} or less: it is of a later Patron")
        return msgspec.json.decode(content, type=_Manifest)
    except msgspec.DecodeError as error:
        raise FileBroken(path, str(error), "the manifest of an analysis") from None
