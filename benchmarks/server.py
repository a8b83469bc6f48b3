"""The app's server on a free port of its own, for tests and measurements."""

import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.processes import ENVIRONMENT

_APP = Path("app/streamlit_app.py").resolve()


class Server:
    """`streamlit run app/streamlit_app.py`, or another command, in a folder.

    Ready once this is made, when the path `health` answers. Only this machine sees it.
    """

    def __init__(
        self,
        folder: Path = Path(),
        command: Sequence[str] = (sys.executable, "-m", "streamlit", "run", str(_APP)),
        environment: Mapping[str, str] = ENVIRONMENT,
        health: str = "/_stcore/health",
        port: int | None = None,
    ) -> None:
        if port is None:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        # A file, since a pipe that nobody reads would stop the server once it is full.
        self._output = tempfile.TemporaryFile("w+")  # noqa: SIM115 - `stop` closes it
        place = {"STREAMLIT_SERVER_ADDRESS": "127.0.0.1", "STREAMLIT_SERVER_PORT": str(port)}
        place |= {"UVICORN_HOST": "127.0.0.1", "UVICORN_PORT": str(port)}
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env={**environment, **place},
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )
        while not self._answers(health):
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended: {self.stop()}")
            time.sleep(0.02)

    def _answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.url + path) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def memory(self) -> float:
        """Return the megabytes of memory that the server holds (Linux)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1000

    def stop(self) -> str:
        """End the server and return what it printed."""
        self.process.terminate()
        self.process.wait(timeout=20)
        with self._output as output:
            output.seek(0)
            return output.read()
