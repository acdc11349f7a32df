"""The least a Starlette route can do: read the body, answer bytes it was given at the start."""

import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def main(port: int, answer: bytes) -> None:
    async def bare(request: Request) -> Response:
        await request.body()
        return Response(answer, media_type="application/json")

    async def readyz(_: Request) -> Response:
        return Response(b"{}")

    app = Starlette(routes=[Route("/bare", bare, methods=["POST"]), Route("/readyz", readyz)])
    uvicorn.run(app, host="127.0.0.1", port=port, loop="uvloop", http="httptools", access_log=False, log_level="error")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]).read_bytes())
