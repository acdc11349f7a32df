"""Graph to vectors to index; knows no web framework, and only training modules import torch.

What serves is here, and needs neither torch nor scipy; `embeddings.training.train` learns,
`embeddings.snapshot_builder.build_snapshot` builds, `embeddings.evaluation.evaluate` compares.
"""

from embeddings.artifacts import open_snapshot
from embeddings.embedding_set import CustomerFunction, EmbeddingSet, Manifest
from embeddings.errors import NothingToEvaluate, PublicationRefused, SnapshotBroken
from embeddings.registry import Registry
from embeddings.serving_snapshot import Adjacency, Nearest, ServingSnapshot
from embeddings.snapshot_holder import SnapshotHolder

__all__ = [
    "Adjacency",
    "CustomerFunction",
    "EmbeddingSet",
    "Manifest",
    "Nearest",
    "NothingToEvaluate",
    "PublicationRefused",
    "Registry",
    "ServingSnapshot",
    "SnapshotBroken",
    "SnapshotHolder",
    "open_snapshot",
]
