"""The graph neural network: the customer graph as PyG data, its operators, model, loss and batches; imports torch."""

from embeddings.gnn.attribute_conv import AttributeConv
from embeddings.gnn.batches import Batch, Batches
from embeddings.gnn.config import GnnConfig
from embeddings.gnn.errors import TrainingDiverged
from embeddings.gnn.hetero_graph import ATTRIBUTES, hetero_graph
from embeddings.gnn.histories import Histories
from embeddings.gnn.history_conv import HistoryConv
from embeddings.gnn.loss import sampled_softmax
from embeddings.gnn.model import CustomerProductGnn

__all__ = [
    "ATTRIBUTES",
    "AttributeConv",
    "Batch",
    "Batches",
    "CustomerProductGnn",
    "GnnConfig",
    "Histories",
    "HistoryConv",
    "TrainingDiverged",
    "hetero_graph",
    "sampled_softmax",
]
