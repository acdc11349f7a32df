"""Where history comes from: files with a mapping, and data sets that bring their own."""
