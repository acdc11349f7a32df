"""Training: edges and catalogue in, one EmbeddingSet out; the whole loop is here."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from embeddings.checkpoint import Checkpoint
from embeddings.embedding_set import CustomerFunction, EmbeddingSet, Manifest
from embeddings.evaluation import Progress, silent
from embeddings.evaluation.metrics import ndcg_at, recall_at
from embeddings.evaluation.split import HeldOut
from embeddings.evaluation.vector_ranker import VectorRanker
from embeddings.gnn.batches import Batch, Batches
from embeddings.gnn.config import GnnConfig
from embeddings.gnn.errors import TrainingDiverged
from embeddings.gnn.hetero_graph import hetero_graph
from embeddings.gnn.histories import Histories
from embeddings.gnn.loss import sampled_softmax
from embeddings.gnn.model import CustomerProductGnn
from embeddings.gnn.start import initial_model
from embeddings.interaction_matrix import InteractionMatrix
from graph import Campaign, EdgeArrays, Instant, Product, ProductId

__all__ = ["seconds_an_epoch", "train"]

K = 20

PROBED = 12
"""Steps that tell how long an epoch takes, the first third of them not counted."""


def train(
    edges: EdgeArrays,
    products: Sequence[Product],
    campaigns: Sequence[Campaign],
    *,
    config: GnnConfig,
    as_of: Instant,
    rng: np.random.Generator,
    validation: HeldOut | None = None,
    start: EmbeddingSet | None = None,
    checkpoint: Checkpoint | None = None,
    progress: Progress = silent,
) -> EmbeddingSet:
    """Learn vectors of every product of the catalogue or the edges, and of every customer of the edges.

    edges: interactions with products, all before or at `as_of`, from which ages are counted.
    validation: what customers bought after `as_of`. With it, training stops once its NDCG@20 has not grown for
        `config.patience` epochs, the best epoch is kept, and the manifest's metrics and "best_epoch" tell of it.
    start: an earlier set of as many dimensions, whose products training starts from instead of the spectral solution;
        products it does not know start from that solution, turned into its space.
    checkpoint: where every finished epoch is kept; a training that was killed goes on after the last of them, to the
        same result. The caller clears it once what was learnt is written.
    The set has no version yet: that is given when it is published. TrainingDiverged where a number is no longer finite.
    The same arguments and generator state give the same set on the same number of threads.
    """
    progress("start", 0, config.epochs)
    training = _Training(edges, products, campaigns, config, as_of, rng, start)
    done, best, kept, greatest = 0, 0, training.parameters(), -1.0
    saved = checkpoint.load() if checkpoint is not None else None
    if saved is not None:
        done, best, greatest = saved.step, saved.state["best"], saved.state["greatest"]
        rng.bit_generator.state = json.loads(saved.state["rng"])
        kept = training.restore(saved.arrays)
        progress(f"going on after epoch {done}", done, config.epochs)
    elif validation is not None:
        greatest = training.measured(0, validation).manifest.metrics["validation_ndcg"]
    for epoch in range(done + 1, config.epochs + 1):
        if validation is not None and epoch - 1 - best >= config.patience:
            break
        loss = training.epoch(rng)
        progress(f"epoch {epoch}, loss {loss:.3f}", epoch, config.epochs)
        ndcg = training.measured(epoch, validation).manifest.metrics["validation_ndcg"] if validation else 0.0
        if validation is None or ndcg > greatest:
            best, kept, greatest = epoch, training.parameters(), ndcg
        if checkpoint is not None:
            state = {"best": best, "greatest": greatest, "rng": _written(rng)}
            checkpoint.save(epoch, training.arrays(kept), state)
    training.use(kept)
    return training.measured(best, validation) if validation is not None else training.embeddings(best)


def seconds_an_epoch(edges: EdgeArrays, config: GnnConfig, as_of: Instant, rng: np.random.Generator) -> float:
    """About how long an epoch over these edges takes here and now, by its first steps."""
    training = _Training(edges, [], [], config, as_of, rng, None)
    begun, steps = time.perf_counter(), 0
    for steps, batch in enumerate(training.batches.epoch(rng), start=1):
        training.step(batch)
        if steps == PROBED // 3:
            begun = time.perf_counter()
        if steps == PROBED:
            break
    counted = max(steps - PROBED // 3, 1)
    return (time.perf_counter() - begun) / counted * len(training.batches)


class _Training:
    """The model, what it learns from, and the optimizer; `step` counts the steps made."""

    def __init__(
        self,
        edges: EdgeArrays,
        products: Sequence[Product],
        campaigns: Sequence[Campaign],
        config: GnnConfig,
        as_of: Instant,
        rng: np.random.Generator,
        start: EmbeddingSet | None,
    ) -> None:
        self.config = config
        self.matrix = _with_catalogue(InteractionMatrix.from_edges(edges, as_of), products)
        self.histories = Histories.of(self.matrix, config)
        graph = hetero_graph(self.histories, self.matrix.products, products, campaigns)
        self.batches = Batches(graph, self.histories, config)
        self.model = initial_model(self.histories, self.batches, config, rng, self.matrix.products, start)
        shared = [parameter for name, parameter in self.model.named_parameters() if name != "bases"]
        self.optimizer = torch.optim.Adam(shared, lr=config.learning_rate, fused=True)
        self.optimizer.add_param_group({"params": [self.model.bases], "lr": config.base_learning_rate})
        self.model.bases.requires_grad_(config.base_learning_rate > 0)
        self.rates = (config.learning_rate, config.base_learning_rate)
        self.steps, self.made = max(config.epochs * len(self.batches), 1), 0

    def epoch(self, rng: np.random.Generator) -> float:
        """The mean loss of one round over the batches."""
        losses = [self.step(batch) for batch in self.batches.epoch(rng)]
        return float(np.mean(losses)) if losses else 0.0

    def step(self, batch: Batch) -> float:
        """The loss of a batch, and one step of the optimizer against it."""
        config = self.config
        for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
            group["lr"] = rate * _rate(self.made, self.steps, config.warmup_steps)
        customers, products = self.model.pairs(batch)
        loss = sampled_softmax(customers, products, batch.own, batch.masked, config.temperature, config.half_precision)
        self.made += 1
        if not torch.isfinite(loss):
            raise TrainingDiverged("loss", self.made, config.learning_rate)
        self.optimizer.zero_grad()
        torch.autograd.backward(loss)
        self.optimizer.step()
        return float(loss.item())

    def parameters(self) -> dict[str, NDArray[Any]]:
        """A copy of what has been learnt."""
        return {name: parameter.detach().numpy().copy() for name, parameter in self.model.named_parameters()}

    @torch.no_grad()
    def use(self, parameters: dict[str, NDArray[Any]]) -> None:
        """Take the place that `parameters` once told."""
        for name, parameter in self.model.named_parameters():
            parameter.copy_(torch.from_numpy(parameters[name]))

    def arrays(self, kept: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """All that a training needs to go on from here, the best parameters so far among it."""
        arrays = {f"now {name}": array for name, array in self.parameters().items()}
        arrays |= {f"kept {name}": array for name, array in kept.items()}
        for number, state in self.optimizer.state_dict()["state"].items():
            arrays |= {f"adam {number} {name}": tensor.numpy() for name, tensor in state.items()}
        return arrays | {"made": np.array(self.made)}

    def restore(self, arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Go on from where `arrays` was told; the best parameters so far."""
        self.use(_named("now ", arrays))
        state: dict[int, dict[str, torch.Tensor]] = {}
        for name, array in _named("adam ", arrays).items():
            number, what = name.split(" ")
            state.setdefault(int(number), {})[what] = torch.from_numpy(array)
        self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": state})
        self.made = int(arrays["made"])
        return _named("kept ", arrays)

    def measured(self, epoch: int, validation: HeldOut) -> EmbeddingSet:
        """The set as it is now, its manifest saying how well it finds what was held out."""
        return _measured(self.embeddings(epoch), self.matrix, validation)

    def embeddings(self, epoch: int) -> EmbeddingSet:
        """The set as it is now, after this epoch."""
        return _embedding_set(self.model, self.matrix, self.histories, self.batches, self.config, epoch)


def _named(prefix: str, arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _written(rng: np.random.Generator) -> str:
    return json.dumps(rng.bit_generator.state)


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
    with np.errstate(over="ignore"):
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    for what, vectors in (("a product vector", outputs), ("an input vector", inputs), ("a customer vector", lengths)):
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
