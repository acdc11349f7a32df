"""Training: edges and catalogue in, one EmbeddingSet out; the whole loop is here."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse

from embeddings.checkpoint import Checkpoint
from embeddings.evaluation import Progress, silent
from embeddings.evaluation.metrics import ndcg_at, recall_at
from embeddings.evaluation.split import HeldOut
from embeddings.evaluation.vector_ranker import VectorRanker
from embeddings.gnn.batches import Batch, Batches
from embeddings.gnn.config import GnnConfig
from embeddings.gnn.device import PROCESSOR
from embeddings.gnn.errors import TrainingDiverged
from embeddings.gnn.hetero_graph import hetero_graph
from embeddings.gnn.histories import Histories, Sort
from embeddings.gnn.loss import sampled_softmax
from embeddings.gnn.model import CustomerProductGnn
from embeddings.gnn.processes import Processes
from embeddings.gnn.start import initial_model
from embeddings.interaction_matrix import InteractionMatrix
from embeddings.scratch import MEMORY, Scratch, unit_rows
from embeddings.vectors.attribute_regression import with_attribute_vectors
from embeddings.vectors.embedding_set import CustomerFunction, EmbeddingSet, Epoch, Manifest
from embeddings.vectors.group_regression import with_group_vectors
from embeddings.vectors.popularity import with_log_popularity
from graph import Campaign, Customer, EdgeArrays, Instant, InteractionKind, Product

__all__ = ["Pace", "pace", "train"]

K = 20

PROBED = 18
"""Steps that tell how long an epoch takes, by the median of all but the first third of them."""


def train(
    edges: EdgeArrays,
    products: Sequence[Product],
    campaigns: Sequence[Campaign],
    *,
    config: GnnConfig,
    as_of: Instant,
    rng: np.random.Generator,
    customers: Sequence[Customer] | None = None,
    validation: HeldOut | None = None,
    stop_after: int | None = None,
    start: EmbeddingSet | None = None,
    checkpoint: Checkpoint | None = None,
    scratch: Scratch = MEMORY,
    device: torch.device = PROCESSOR,
    progress: Progress = silent,
) -> EmbeddingSet:
    """Learn vectors of every product of the catalogue or the edges, and of every customer of the edges.

    edges: interactions with products, all before or at `as_of`, from which ages are counted.
    customers: what is known of customers. With it, be it empty, a customer's vector starts from what everyone takes and
        from the groups that their traits put them in; without it, from nothing. So it does without `config.attributes`
        and with `config.log_popularity`, where nothing but pairs is looked at.
    validation: what customers bought after `as_of`. With it, training stops once its NDCG@20 has not grown for
        `config.patience` epochs and the best epoch is kept; the manifest's metrics, "best_epoch" and curve tell of it.
    stop_after: end after so many of `config.epochs`, with the rates of all: where a like training was at its best.
    start: an earlier set of as many dimensions, whose products training starts from instead of the spectral solution;
        products it does not know start from that solution, turned into its space.
    checkpoint: where every finished epoch is kept; a training that was killed goes on after the last of them, to the
        same result. The caller clears it once what was learnt is written.
    scratch: where arrays as long as the interactions lie. In files, and with edges whose columns are mapped files, the
        memory it takes does not grow with the interactions; docs/scale.md says what it grows with.
    device: what learns, batch after batch. Measured and written are arrays in the machine's memory, and what one device
        began goes on with another.

    Processes that torchrun started, or that share a process group, train one set together when each of them calls this
    with the same arguments: they share out the pairs of every step, the loss and its gradient being those of one
    process. The first one's generator, checkpoint and measurements count; all of them return the set. ProcessLost where
    one of them has ended.

    The set has no version yet: that is given when it is published. TrainingDiverged where a number is no longer finite.
    The same arguments and generator state give the same set on the same number of threads.
    """
    processes = Processes.here()
    rng.bit_generator.state = processes.from_first(lambda: rng.bit_generator.state)
    last = config.epochs if stop_after is None else min(stop_after, config.epochs)
    processes.agree("epochs", last)
    progress("start", 0, last)
    training = _Training(edges, products, campaigns, config, as_of, rng, start, scratch, device, processes)
    done, best, kept = 0, 0, training.parameters()
    metrics: dict[str, float] = {}  # of the best epoch
    curve: list[Epoch] = []
    saved = processes.from_first(lambda: checkpoint.load() if checkpoint is not None else None)
    if saved is not None and saved.step <= last:  # beyond it, another epoch was the best when it was saved
        done, best, metrics = saved.step, saved.state["best"], saved.state["metrics"]
        curve = msgspec.convert(saved.state["curve"], list[Epoch])
        rng.bit_generator.state = json.loads(saved.state["rng"])
        kept = training.restore(saved.arrays)
        progress(f"going on after epoch {done}", done, last)
    elif validation is not None:
        metrics = training.measured(0, validation)
        curve.append(Epoch(0, None, metrics["validation_ndcg"]))
    progress("learning", done, last)
    for epoch in range(done + 1, last + 1):
        if validation is not None and epoch - 1 - best >= config.patience:
            break
        loss = training.epoch(rng)
        progress(f"epoch {epoch}, loss {loss:.4f}", epoch, last)
        found = training.measured(epoch, validation) if validation is not None else {}
        curve.append(Epoch(epoch, loss, found.get("validation_ndcg")))
        if not found or found["validation_ndcg"] > metrics["validation_ndcg"]:
            best, kept, metrics = epoch, training.parameters(), found
        if checkpoint is not None and processes.first:
            state = {"best": best, "metrics": metrics, "rng": _written(rng), "curve": msgspec.to_builtins(curve)}
            checkpoint.save(epoch, training.arrays(kept), state)
    training.use(kept)
    learnt = training.embeddings(best, metrics, curve)
    if not config.attributes or config.log_popularity > 0:
        return learnt
    histories = training.histories
    if customers is not None:
        weights = histories.weighted(training.model.factors())
        learnt = with_group_vectors(
            learnt,
            weights,
            customers,
            interactions=config.group_interactions,
            penalty=config.group_ridge,
            scratch=scratch,
        )
    return with_attribute_vectors(learnt, products, histories.buyers(), histories.gains, config.new_product_ridge)


class Pace(NamedTuple):
    """How many seconds an epoch takes, and with how many threads of PyTorch's that is so."""

    seconds: float
    threads: int


def pace(
    edges: EdgeArrays,
    config: GnnConfig,
    as_of: Instant,
    rng: np.random.Generator,
    device: torch.device = PROCESSOR,
) -> Pace:
    """How fast learning from these edges is here and now, by its first steps; 0 seconds where there is none.

    They are made with all threads and with one, and the faster counts: where other programs are on the cores, threads
    that wait for one another in every operation may take many times as long as one alone.
    """
    training = _Training(edges, [], [], config, as_of, rng, None, MEMORY, device, Processes())
    every, found = torch.get_num_threads(), []
    for threads in dict.fromkeys((every, 1)):
        torch.set_num_threads(threads)
        begun, taken = time.perf_counter(), []
        for batch in islice(training.batches.epoch(rng), PROBED):
            training.step(batch)
            taken.append(time.perf_counter() - begun)
            begun += taken[-1]
        counted = taken[PROBED // 3 :] or taken
        found.append(Pace(float(np.median(counted)) * len(training.batches) if counted else 0.0, threads))
    torch.set_num_threads(every)
    return min(found)


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
        scratch: Scratch,
        device: torch.device,
        processes: Processes,
    ) -> None:
        self.config, self.device, self.processes = config, device, processes
        catalogue = (product.id for product in products)
        self.matrix = InteractionMatrix.from_edges(edges, as_of, also=catalogue, scratch=scratch)
        self.interactions = len(edges)
        processes.agree("customers, products and interactions", [*self.matrix.shape, self.interactions])
        self.histories = Histories.of(self.matrix, config)
        graph = hetero_graph(self.histories, self.matrix.products, products, campaigns)
        self.batches = Batches(graph, self.histories, config, processes)
        model = initial_model(self.histories, self.batches, config, rng, self.matrix.products, start)
        self.model = model.to(device)
        own = {
            "bases": config.base_learning_rate,
            "log_factors": config.factor_learning_rate if self.histories.sorts else 0.0,
        }
        named = dict(self.model.named_parameters())
        shared = [parameter for name, parameter in named.items() if name not in own]
        self.optimizer = torch.optim.Adam(shared, lr=config.learning_rate, fused=True)
        for name, rate in own.items():
            self.optimizer.add_param_group({"params": [named[name]], "lr": rate})
            named[name].requires_grad_(rate > 0)
        self.loss = processes.parallel(_Loss(self.model, config))
        self.rates = (config.learning_rate, *own.values())
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
        loss = self.loss(batch.to(self.device))
        total = self.processes.total(loss.detach().clone())
        self.made += 1
        if not np.isfinite(total):
            raise TrainingDiverged("loss", self.made, config.learning_rate)
        self.optimizer.zero_grad()
        with self.processes.together():
            torch.autograd.backward(loss * self.processes.size)  # the processes' gradients are averaged
        self.optimizer.step()
        return total

    def parameters(self) -> dict[str, NDArray[Any]]:
        """A copy of what has been learnt."""
        return {name: parameter.detach().cpu().numpy().copy() for name, parameter in self.model.named_parameters()}

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
            arrays |= {f"adam {number} {name}": tensor.cpu().numpy() for name, tensor in state.items()}
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

    def measured(self, epoch: int, validation: HeldOut) -> dict[str, float]:
        """How well the set as it is now finds what was held out."""
        return self.processes.from_first(lambda: _measured(self.embeddings(epoch), self._bought, validation))

    @cached_property
    def _bought(self) -> sparse.csr_array:
        return self.matrix.bought()

    def embeddings(
        self, epoch: int, metrics: dict[str, float] | None = None, curve: Sequence[Epoch] = ()
    ) -> EmbeddingSet:
        """The set as it is now, after this epoch; TrainingDiverged where a number of it is not finite."""
        return _embedding_set(
            self.model,
            self.matrix,
            self.histories,
            self.batches,
            self.config,
            epoch,
            self.interactions,
            metrics or {},
            tuple(curve),
        )


class _Loss(torch.nn.Module):
    """The loss of a batch, as much of it as its share of the pairs."""

    def __init__(self, model: CustomerProductGnn, config: GnnConfig) -> None:
        super().__init__()
        self.model = model
        self._temperature, self._half_precision = config.temperature, config.half_precision

    def forward(self, batch: Batch) -> torch.Tensor:  # scalar
        customers, products = self.model.pairs(batch)
        compared = (customers, products, batch.own, batch.masked)
        return sampled_softmax(*compared, self._temperature, self._half_precision) * batch.share


def _named(prefix: str, arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _written(rng: np.random.Generator) -> str:
    return json.dumps(rng.bit_generator.state)


def _rate(done: int, steps: int, warmup_steps: int) -> float:
    """The share of the learning rate after so many steps: up over the first ones, then down to almost nothing."""
    rising = min(1.0, (done + 1) / (warmup_steps + 1))
    return rising * (1.0 - done / steps)


@torch.no_grad()
def _embedding_set(
    model: CustomerProductGnn,
    matrix: InteractionMatrix,
    histories: Histories,
    batches: Batches,
    config: GnnConfig,
    epoch: int,
    interactions: int,
    metrics: dict[str, float],
    curve: tuple[Epoch, ...],
) -> EmbeddingSet:
    """What the model says after an epoch, as arrays; TrainingDiverged where one is not finite."""
    rows, described_by = batches.everything(model.bases.device)
    states = model.states(rows, described_by)  # [num_products, dim]
    inputs, outputs = model.inputs(states).cpu().numpy(), model.outputs(states, rows).cpu().numpy()
    factors = model.factors()  # [num_sorts]
    customers, lengths = unit_rows(histories.weighted(factors), inputs, histories.scratch)
    for what, vectors in (("a product vector", outputs), ("an input vector", inputs), ("a customer vector", lengths)):
        if not np.isfinite(vectors).all():
            raise TrainingDiverged(what, epoch * len(batches), config.learning_rate)
    function = CustomerFunction(
        kind_weights={kind.value: weight for kind, weight in config.kind_weights.items()},
        half_life_days=config.half_life_days,
        times_power=config.times_power,
        degree_power=config.degree_power,
        age_bounds=config.age_bounds if histories.sorts else (),
        factors=_by_kind(histories.sorts, factors, len(config.age_bounds) + 1),
    )
    counts = {
        "customers": len(matrix.customers),
        "products": len(matrix.products),
        "interactions": interactions,
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
        metrics=metrics,
        curve=curve,
    )
    learnt = EmbeddingSet(
        manifest=manifest,
        customers=matrix.customers,
        products=matrix.products,
        customer_vectors=customers,
        product_vectors=_float32(outputs),
        input_vectors=_float32(inputs),
        input_weights=histories.degree_weights,
    )
    if config.log_popularity == 0:
        return learnt
    return with_log_popularity(learnt, histories.buyers(), config.log_popularity * config.temperature)


def _by_kind(sorts: Sequence[Sort], factors: NDArray[np.float32], num_ages: int) -> dict[str, tuple[float, ...]]:
    """The factors of each kind that occurs, one an age; 1 where it has no interaction of that age."""
    kinds = list(InteractionKind)
    found = {kinds[sort.kind].value: [1.0] * num_ages for sort in sorts}
    for sort, factor in zip(sorts, factors.tolist(), strict=bool(sorts)):
        found[kinds[sort.kind].value][sort.age] = factor
    return {kind: tuple(each) for kind, each in found.items()}


def _measured(embeddings: EmbeddingSet, bought: sparse.csr_array, validation: HeldOut) -> dict[str, float]:
    """How well a set finds what was held out; bought: what its customers have of its products."""
    lists = VectorRanker(embeddings, bought).rank(validation.customers, K, validation.task.masks_history)
    columns = {product: column for column, product in enumerate(validation.products)}
    beyond = len(columns)
    own = np.array([*(columns.get(product, beyond) for product in embeddings.products), -1], dtype=np.int32)
    return {
        "validation_recall": float(recall_at(K, own[lists], validation.relevant).mean()),
        "validation_ndcg": float(ndcg_at(K, own[lists], validation.relevant).mean()),
    }


def _float32(array: NDArray[np.floating]) -> NDArray[np.float32]:
    return np.ascontiguousarray(array, dtype=np.float32)
