"""The `patron` command, also as `python -m api`."""

import sys

from api.processes.process import prepare_to_serve

if sys.argv[1:2] == ["serve"]:
    prepare_to_serve()  # before numpy is imported: it looks once

from api.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
