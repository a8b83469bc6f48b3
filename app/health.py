"""Whether the server in this container is well: `python -m app.health` ends with status 0 if so."""

import os
import sys
from contextlib import closing
from http.client import HTTPConnection


def is_healthy() -> bool:
    """Ask the server on this machine, at the port and base path that the environment names."""
    port = int(os.environ.get("STREAMLIT_SERVER_PORT", "8501"))
    base = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
    with closing(HTTPConnection("localhost", port, timeout=10)) as server:
        try:
            server.request("GET", f"/{base}/_stcore/health".replace("//", "/"))
            return server.getresponse().status == 200
        except OSError:
            return False


if __name__ == "__main__":
    sys.exit(not is_healthy())
