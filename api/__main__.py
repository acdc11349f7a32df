"""`python -m api` is the `patron` command."""

from api.cli import main

main()
