"""A spectral fit in so much memory: ``python bounded_fit.py INTERACTIONS MEGABYTES [FOLDER]``; it says how it ended."""

import resource
import sys
from pathlib import Path

import numpy as np

from benchmarks.scale import AS_OF, synthetic
from embeddings.interaction_matrix import InteractionMatrix
from embeddings.scratch import Scratch
from embeddings.spectral import SpectralConfig, SpectralFilter


def main(interactions: int, megabytes: int, folder: str | None = None) -> None:
    """RLIMIT_DATA counts what a process has of its own, and no mapped files."""
    fitted(1000, Scratch())  # what libraries take at their first use is not asked about
    lines = Path("/proc/self/status").read_text().splitlines()
    taken = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:"))
    resource.setrlimit(resource.RLIMIT_DATA, (taken + megabytes * 1_000_000, resource.RLIM_INFINITY))
    try:
        print(f"{fitted(interactions, Scratch(Path(folder) if folder else None, block=1 << 15))} customers' vectors")
    except MemoryError:
        print("no memory left")


def fitted(interactions: int, scratch: Scratch) -> int:
    edges = synthetic(interactions, np.random.default_rng(0), scratch)
    matrix, config = InteractionMatrix.from_edges(edges, AS_OF, scratch=scratch), SpectralConfig(dim=4)
    return len(SpectralFilter.fit(matrix, config).embeddings(config).customer_vectors)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
