"""A Dask scheduler and workers, started by Dask's own command line, as on machines of their own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.bucket import free_ports


class Cluster:
    """A scheduler and some workers, each a process with one thread; only this machine sees them.

    `environment`: that of all processes.
    """

    def __init__(self, workers: int, environment: Mapping[str, str] = os.environ) -> None:
        self.environment = dict(environment)
        self._folder = tempfile.TemporaryDirectory()
        port, dashboard = free_ports(2)
        self.address = f"tcp://127.0.0.1:{port}"
        options = ["--host", "127.0.0.1", "--port", str(port)]
        options += ["--dashboard-address", f"127.0.0.1:{dashboard}"]
        self.scheduler = self._start("scheduler", *options)
        self.workers = [self.add_worker() for _ in range(workers)]

    def add_worker(self) -> subprocess.Popen[bytes]:
        """Start one more worker, without a nanny that would start it again after a kill."""
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
        return self._start("worker", self.address, *options)

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        # The command line of Dask, as of this environment.
        command = [sys.executable, "-m", "dask", *words]
        with self.log.open("a") as log:
            return subprocess.Popen(
                command, env=self.environment, cwd=self._folder.name, stdout=log, stderr=log
            )

    @property
    def log(self) -> Path:
        """What all processes have printed."""
        return Path(self._folder.name, "log")

    def stop(self) -> None:
        """End all processes at once."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()
        self._folder.cleanup()
