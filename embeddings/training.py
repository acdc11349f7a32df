"""Training: edges and catalogue in, one EmbeddingSet out; the whole loop is here."""

from collections.abc import Sequence
from dataclasses import asdict, replace

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from embeddings.embedding_set import CustomerFunction, EmbeddingSet, Manifest
from embeddings.evaluation import Progress, silent
from embeddings.evaluation.metrics import ndcg_at, recall_at
from embeddings.evaluation.split import HeldOut
from embeddings.evaluation.vector_ranker import VectorRanker
from embeddings.gnn.batches import Batches
from embeddings.gnn.config import GnnConfig
from embeddings.gnn.errors import TrainingDiverged
from embeddings.gnn.hetero_graph import hetero_graph
from embeddings.gnn.histories import Histories
from embeddings.gnn.loss import sampled_softmax
from embeddings.gnn.model import CustomerProductGnn
from embeddings.gnn.start import initial_model
from embeddings.interaction_matrix import InteractionMatrix
from graph import Campaign, EdgeArrays, Instant, Product, ProductId

__all__ = ["train"]

K = 20


def train(
    edges: EdgeArrays,
    products: Sequence[Product],
    campaigns: Sequence[Campaign],
    *,
    config: GnnConfig,
    as_of: Instant,
    rng: np.random.Generator,
    validation: HeldOut | None = None,
    progress: Progress = silent,
) -> EmbeddingSet:
    """Learn vectors of every product of the catalogue or the edges, and of every customer of the edges.

    edges: interactions with products, all before or at `as_of`, from which ages are counted.
    validation: what customers bought after `as_of`. With it, training stops once its NDCG@20 has not grown for
        `config.patience` epochs, the best epoch is kept, and the manifest's metrics and "best_epoch" tell of it.
    The set has no version yet: that is given when it is published. TrainingDiverged where a number is no longer finite.
    The same arguments and generator state give the same set on the same number of threads.
    """
    matrix = _with_catalogue(InteractionMatrix.from_edges(edges, as_of), products)
    histories = Histories.of(matrix, config)
    graph = hetero_graph(histories, matrix.products, products, campaigns)
    batches = Batches(graph, histories, config)
    progress("spectral solution", 0, config.epochs)
    model = initial_model(histories, batches, config, rng)
    shared = [parameter for name, parameter in model.named_parameters() if name != "bases"]
    optimizer = torch.optim.Adam(shared, lr=config.learning_rate)
    optimizer.add_param_group({"params": [model.bases], "lr": config.base_learning_rate})
    model.bases.requires_grad_(config.base_learning_rate > 0)

    def trained(epoch: int) -> EmbeddingSet:
        return _embedding_set(model, matrix, histories, batches, config, epoch)

    best = trained(0)
    if validation is not None:
        best = _measured(best, matrix, validation)
    step, steps = 0, max(config.epochs * len(batches), 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda done: _rate(done, steps, config.warmup_steps))
    for epoch in range(1, config.epochs + 1):
        losses = []
        for batch in batches.epoch(rng):
            customers, compared = model.pairs(batch)
            loss = sampled_softmax(
                customers, compared, batch.own, batch.masked, config.temperature, config.half_precision
            )
            step += 1
            if not torch.isfinite(loss):
                raise TrainingDiverged("loss", step, config.learning_rate)
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        progress(f"epoch {epoch}, loss {np.mean(losses) if losses else 0.0:.3f}", epoch, config.epochs)
        if validation is not None:
            latest = _measured(trained(epoch), matrix, validation)
            if latest.manifest.metrics["validation_ndcg"] > best.manifest.metrics["validation_ndcg"]:
                best = latest
            elif epoch - best.manifest.parameters["best_epoch"] >= config.patience:
                return best
    return best if validation is not None else trained(config.epochs)


def _rate(done: int, steps: int, warmup_steps: int) -> float:
    """The share of the learning rate after so many steps: up over the first ones, then down to almost nothing."""
    rising = min(1.0, (done + 1) / (warmup_steps + 1))
    return rising * (1.0 - done / steps)


def _with_catalogue(matrix: InteractionMatrix, products: Sequence[Product]) -> InteractionMatrix:
    """The same rows, with a column for every product of the catalogue too."""
    every = sorted({*matrix.products, *(ProductId(product.id) for product in products)})
    columns = {product: column for column, product in enumerate(every)}
    own = np.array([columns[product] for product in matrix.products], dtype=np.int32)
    return replace(matrix, products=every, product=own[matrix.product])


@torch.no_grad()
def _embedding_set(
    model: CustomerProductGnn,
    matrix: InteractionMatrix,
    histories: Histories,
    batches: Batches,
    config: GnnConfig,
    epoch: int,
) -> EmbeddingSet:
    """What the model says after an epoch, as arrays; TrainingDiverged where one is not finite."""
    rows, described_by = batches.everything()
    states = model.states(rows, described_by)  # [num_products, dim]
    inputs, outputs = model.inputs(states).numpy(), model.outputs(states, rows).numpy()
    sums = histories.matrix(histories.history) @ inputs  # [num_customers, dim]
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    for what, vectors in (("a product vector", outputs), ("an input vector", inputs), ("a customer vector", sums)):
        if not np.isfinite(vectors).all():
            raise TrainingDiverged(what, epoch * len(batches), config.learning_rate)
    function = CustomerFunction(
        kind_weights={kind.value: weight for kind, weight in config.kind_weights.items()},
        half_life_days=config.half_life_days,
        times_power=config.times_power,
        degree_power=config.degree_power,
    )
    counts = {
        "customers": len(matrix.customers),
        "products": len(matrix.products),
        "interactions": int(matrix.times.sum()),
    }
    counts |= {kind: described.shape[1] for kind, described in batches.described_by.items()}
    manifest = Manifest(
        version="",
        model="gnn",
        parameters=msgspec.to_builtins(asdict(config)) | {"best_epoch": epoch},
        customer_function=function,
        dim=config.dim,
        as_of=matrix.as_of,
        counts=counts,
    )
    return EmbeddingSet(
        manifest=manifest,
        customers=matrix.customers,
        products=matrix.products,
        customer_vectors=_float32(sums / np.where(lengths > 0, lengths, 1.0)),
        product_vectors=_float32(outputs),
        input_vectors=_float32(inputs),
        input_weights=histories.degree_weights,
    )


def _measured(embeddings: EmbeddingSet, matrix: InteractionMatrix, validation: HeldOut) -> EmbeddingSet:
    """The same set, its manifest saying how well it finds what was held out."""
    lists = VectorRanker.of(embeddings, matrix).rank(validation.customers, K, validation.task.masks_history)
    columns = {product: column for column, product in enumerate(validation.products)}
    beyond = len(columns)
    own = np.array([*(columns.get(product, beyond) for product in embeddings.products), -1], dtype=np.int32)
    metrics = {
        "validation_recall": float(recall_at(K, own[lists], validation.relevant).mean()),
        "validation_ndcg": float(ndcg_at(K, own[lists], validation.relevant).mean()),
    }
    return replace(embeddings, manifest=msgspec.structs.replace(embeddings.manifest, metrics=metrics))


def _float32(array: NDArray[np.floating]) -> NDArray[np.float32]:
    return np.ascontiguousarray(array, dtype=np.float32)
