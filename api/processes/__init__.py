"""The processes of the engine: server and worker, what starts them and tells one of the other."""
