"""The device that learns: the processor, or an accelerator of this machine, for each process of torchrun its own."""

import os
from collections.abc import Mapping

import torch

from graph import InvalidValue

__all__ = ["PROCESSOR", "device_named", "own_device"]

PROCESSOR = torch.device("cpu")
EXPECTED = "cpu, or an accelerator of this machine such as cuda"


def device_named(name: str) -> torch.device:
    """The device of this name, of several this process' own; InvalidValue where there is none or it does not work."""
    device = own_device(name, os.environ, _accelerators(name))
    try:
        torch.empty(1, device=device).cpu()
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise InvalidValue("device", name, f"{EXPECTED} ({_first_line(error)})") from error
    return device


def own_device(name: str, environment: Mapping[str, str], accelerators: int) -> torch.device:
    """The device of a name as PyTorch knows it, on a machine with so many accelerators of its kind.

    Where torchrun started several processes on this machine, as `LOCAL_WORLD_SIZE` and `LOCAL_RANK` of the environment
    tell, it is the one of this process' rank. InvalidValue where PyTorch knows no such name, where there are fewer
    accelerators than processes or than the name's number, and for a number that all processes would share.
    """
    try:
        asked = torch.device(name)
    except RuntimeError as error:
        raise InvalidValue("device", name, f"{EXPECTED} ({_first_line(error)})") from error
    if asked.type == PROCESSOR.type:
        return PROCESSOR
    processes = int(environment.get("LOCAL_WORLD_SIZE", "1"))
    if processes == 1 and (asked.index or 0) < accelerators:
        return asked
    there = f"this machine has {accelerators} of {asked.type}"
    if processes == 1 or not accelerators:
        raise InvalidValue("device", name, f"{EXPECTED} ({there})")
    if ":" in name:
        raise InvalidValue("device", name, f"{asked.type}, of which each of {processes} processes takes its own")
    if processes > accelerators:
        raise InvalidValue("device", name, f"one for each of {processes} processes ({there}): start no more than that")
    return torch.device(asked.type, int(environment["LOCAL_RANK"]))


def _accelerators(name: str) -> int:
    """How many of the kind that a name names this machine has."""
    try:
        return int(torch.get_device_module(torch.device(name)).device_count())
    except (RuntimeError, AttributeError):  # no such kind
        return 0


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0]
