"""The device that learns: the processor, or an accelerator of this machine."""

import torch

from graph import InvalidValue

__all__ = ["PROCESSOR", "device_named"]

PROCESSOR = torch.device("cpu")


def device_named(name: str) -> torch.device:
    """The device that PyTorch knows by this name; InvalidValue where it knows none, or this machine lacks it."""
    try:
        device = torch.device(name)
        torch.empty(1, device=device).cpu()
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).split("\n", 1)[0]
        raise InvalidValue("device", name, f"cpu, or an accelerator of this machine such as cuda ({reason})") from error
    return device
