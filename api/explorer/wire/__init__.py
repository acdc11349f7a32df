"""How questions get from the server to the worker, and answers back: a socket of the data folder."""
