"""What to show now, and why; knows no web framework."""
