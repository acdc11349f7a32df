"""One picture of each customer: the fold of their events, and where it is kept."""
