"""The edge: HTTP, command line, settings and wiring."""
