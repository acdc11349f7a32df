"""What a profile tells at one moment: features, tastes, the session's intent and the context, each computed on read."""
