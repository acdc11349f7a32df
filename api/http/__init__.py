"""The HTTP edge: the application, bodies in and answers out, keys, problems, and the description of it all."""
