"""The commands of `patron`, one verb a file."""
