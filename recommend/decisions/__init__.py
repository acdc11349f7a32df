"""What to do now for a customer: the packs that say what may be done and when."""

__all__: list[str] = []
