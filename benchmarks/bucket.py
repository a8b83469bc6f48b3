"""A real S3 server, SeaweedFS, on free ports of this machine, for tests and measurements."""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from s3fs import S3FileSystem

KEY, SECRET = "reader", "not-for-the-log"
BUCKET = "digits"
SECONDS_TO_START = 60


def free_ports(count: int) -> list[int]:
    """Return so many free TCP ports of this machine."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


class BucketServer:
    """An S3 server with an empty bucket, ready once this is made; only this machine sees it.

    `folder`: an existing folder, for what it stores. Raises RuntimeError where it doesn't start.
    """

    def __init__(self, folder: Path) -> None:
        parts = ("master", "volume", "filer", "s3")
        names = [f"{part}.port{kind}" for part in parts for kind in ("", ".grpc")]
        ports = dict(zip(names, free_ports(len(names)), strict=True))
        owner = {"accessKey": KEY, "secretKey": SECRET}
        actions = ["Admin", "Read", "Write", "List", "Tagging"]
        identities = [{"name": KEY, "credentials": [owner], "actions": actions}]
        (folder / "s3.json").write_text(json.dumps({"identities": identities}), encoding="utf-8")
        command = ["weed", "-logtostderr", "server", "-ip=127.0.0.1", f"-dir={folder}", "-s3"]
        command += [f"-s3.config={folder / 's3.json'}", "-s3.port.iceberg=0", "-s3.port.lance=0"]
        command += ["-s3.autoCreateBucket=false", "-master.telemetry=false"]
        command += ["-master.volumeSizeLimitMB=512", "-volume.max=0"]
        command += [f"-{name}={port}" for name, port in ports.items()]
        self._log = folder / "log"
        with self._log.open("w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        self.url = f"http://127.0.0.1:{ports['s3.port']}"
        self.environment = os.environ | {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        """What programs need in their environment to find the server."""
        self.files = S3FileSystem(key=KEY, secret=SECRET, endpoint_url=self.url)
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + SECONDS_TO_START
        while not self._has_bucket():
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise RuntimeError(f"the S3 server did not start: {self._log.read_text()[-2000:]}")
            time.sleep(0.2)

    def _has_bucket(self) -> bool:
        try:
            urllib.request.urlopen(self.url, timeout=5).close()
        except urllib.error.HTTPError:  # it answers, if only that we may not look
            pass
        except OSError:
            return False
        try:
            self.files.mkdir(BUCKET)
        except OSError:  # it isn't ready to store anything
            return False
        return True

    def stop(self) -> None:
        """End the server at once: nothing that it stores is needed any more."""
        self.process.kill()
        self.process.wait()
