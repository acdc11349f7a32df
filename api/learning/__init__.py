"""From a data folder to a version and a leaderboard: what `patron train` and `patron evaluate` do."""
