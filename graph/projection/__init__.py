"""The folds of the log into derived stores, each of which keeps the position it includes."""
