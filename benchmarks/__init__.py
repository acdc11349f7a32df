"""Benchmarks: each takes data paths and prints one JSON object; `python -m benchmarks` runs them on a data folder."""
