"""Graph to vectors to index; knows no web framework, and only training modules import torch."""
