"""Processes: those that train together, as torchrun starts them, or one alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self, TypeVar, cast

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

from graph import PatronError

__all__ = ["ProcessLost", "Processes"]

PATIENCE = timedelta(minutes=30)
"""How long a process waits for the others; a process that has ended is noticed at once."""

T = TypeVar("T")


class ProcessLost(PatronError):
    """The processes that train together no longer do: one of them has ended or does not answer."""


@dataclass(frozen=True)
class Processes:
    """This process among those that train together, all of which call the same methods in the same order."""

    rank: int = 0
    size: int = 1

    @classmethod
    def here(cls) -> Self:
        """The process group this process is in, or that torchrun started it for; alone where there is none."""
        if not distributed.is_initialized():
            if not distributed.is_torchelastic_launched():
                return cls()
            distributed.init_process_group("gloo", timeout=PATIENCE)
        return cls(distributed.get_rank(), distributed.get_world_size())

    @property
    def first(self) -> bool:
        """Whether this is the one that writes and measures."""
        return self.rank == 0

    def share(self, count: int) -> slice:
        """Which of `count` things are this process'; those of all processes are each thing once."""
        return slice(count * self.rank // self.size, count * (self.rank + 1) // self.size)

    def parallel(self, module: torch.nn.Module) -> torch.nn.Module:
        """The module, its parameters those of the first process, its gradients the means over all of them."""
        if self.size == 1:
            return module
        with self.together():
            return DistributedDataParallel(module, broadcast_buffers=False, gradient_as_bucket_view=True)

    def total(self, value: torch.Tensor) -> float:
        """The sum over the processes."""
        if self.size > 1:
            with self.together():
                distributed.all_reduce(value)
        return float(value.item())

    def from_first(self, make: Callable[[], T]) -> T:
        """What `make` gives in the first process, in all of them; it is called in that one alone.

        A PatronError there is one in all of them.
        """
        if self.size == 1:
            return make()
        made: list[Any] = [None, None]
        failure: PatronError | None = None
        if self.first:
            try:
                made[0] = make()
            except PatronError as error:
                failure, made[1] = error, str(error)
        with self.together():
            distributed.broadcast_object_list(made)
        if failure is not None:
            raise failure
        if made[1] is not None:
            raise PatronError(made[1])
        return cast(T, made[0])

    def agree(self, what: str, value: object) -> None:
        """ProcessLost where this process has another value than the first."""
        expected = self.from_first(lambda: value)
        if value != expected:
            raise ProcessLost(f"{what}: got {value} in process {self.rank}, expected {expected}, as in the first")

    @contextmanager
    def together(self) -> Iterator[None]:
        """Around what waits for the other processes: ProcessLost where one of them is no longer there."""
        try:
            yield
        except RuntimeError as error:
            if self.size == 1:
                raise
            raise ProcessLost(
                f"process {self.rank} of {self.size} has lost the others: expected all of them to train to the end; "
                f"the first error among them says why ({error})"
            ) from error
