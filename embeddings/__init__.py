"""Graph to vectors to index; knows no web framework, and only training modules import torch.

What serves is here, and needs neither torch nor scipy; `embeddings.training.train` learns,
`embeddings.snapshot.builder.build_snapshot` builds, `embeddings.evaluation.evaluate` compares.
"""

from embeddings.artifacts import open_snapshot
from embeddings.errors import NothingToEvaluate, PublicationRefused, SnapshotBroken
from embeddings.nearest import Nearest
from embeddings.snapshot.holder import SnapshotHolder
from embeddings.snapshot.serving_snapshot import Adjacency, ServingSnapshot
from embeddings.vectors.embedding_set import CustomerFunction, EmbeddingSet, Manifest
from embeddings.versions import Versions

__all__ = [
    "Adjacency",
    "CustomerFunction",
    "EmbeddingSet",
    "Manifest",
    "Nearest",
    "NothingToEvaluate",
    "PublicationRefused",
    "ServingSnapshot",
    "SnapshotBroken",
    "SnapshotHolder",
    "Versions",
    "open_snapshot",
]
