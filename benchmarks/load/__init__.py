"""Servers that benchmarks start, and the load that is sent to them."""
