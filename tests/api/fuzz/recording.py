"""What the SDKs of docs/sdks send, written down as they send it: python -m tests.api.fuzz.recording > recorded.json"""

import gzip
import json
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SDKS = Path(__file__).parents[3] / "docs" / "sdks"
KEPT = ("content-type", "ce-")


class Recorder(BaseHTTPRequestHandler):
    """Answers every POST as a server would that takes all."""

    sent: list[dict[str, Any]]
    script: str

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        headers = {name.lower(): said for name, said in self.headers.items() if name.lower().startswith(KEPT)}
        self.sent.append({"by": self.script, "path": self.path, "headers": headers, "body": json.loads(body)})
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Standard output is what was recorded, and nothing else."""


def recorded() -> list[dict[str, Any]]:
    """The requests of every script, in its order: by, path, headers, body (unpacked)."""
    Recorder.sent = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    node = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
    for script in sorted([*SDKS.glob("*.py"), *SDKS.glob("*.mjs")]):
        Recorder.script = script.name
        program = str(SDKS / ".venv" / "bin" / "python") if script.suffix == ".py" else str(node)
        subprocess.run([program, str(script), url, "k" * 32, "42"], check=True, timeout=60)
    server.shutdown()
    return Recorder.sent


if __name__ == "__main__":
    print(json.dumps(recorded(), indent=1))
