"""The serving snapshot: one immutable version that answers, how it is built, and how a server holds it."""
