"""What an analyst asks of the customer graph: answered in the worker, relayed by the server, so that no serving process
ever waits for a query. `relay` is the server's end of the socket, `service` the worker's."""

__all__: list[str] = []
