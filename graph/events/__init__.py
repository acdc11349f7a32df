"""The family of events, how they are stored, and the intake every source goes through."""
