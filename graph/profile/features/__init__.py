"""The declarative feature table: what a pack asks of a profile, the state it needs, and its values on read."""
