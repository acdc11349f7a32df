"""The spectral solution of who bought what, and the filter made of it; no torch."""

from embeddings.spectral.filter import SpectralConfig, SpectralFilter
from embeddings.spectral.solution import SpectralSolution, powers, ridge, spectral

__all__ = ["SpectralConfig", "SpectralFilter", "SpectralSolution", "powers", "ridge", "spectral"]
