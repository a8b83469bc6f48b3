"""Twenty programs have ten thousand pictures read over HTTP at the same time: `make load-api`.

They share this machine with the server. Ends with status 1 where an answer is wrong or missing.
"""

import argparse
import datetime
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import requests

from app.examples import load_examples
from app.model import load_classifier
from benchmarks.machine import report
from benchmarks.server import Server
from digits.reading.digit_reader import read_digit

CLIENTS = 20
ALONE = (sys.executable, "-m", "uvicorn", "app.api:app", "--log-level", "warning")

Pictures = list[tuple[bytes, int | None]]  # and what the model reads in them


def call(url: str, count: int, pictures: Pictures) -> list[float]:
    """Have so many pictures read, one after the other; return the seconds that each took."""
    delays = []
    with requests.Session() as session:
        for number in range(count):
            content, expected = pictures[number % len(pictures)]
            start = time.perf_counter()
            answer = session.post(f"{url}/api/v1/read", files={"file": content}, timeout=30)
            delays.append(time.perf_counter() - start)
            answer.raise_for_status()
            if answer.json()["prediction"] != expected:
                raise RuntimeError(f"the answer is not {expected}: {answer.text}")
    return delays


def measure(server: Server, count: int) -> dict[str, str]:
    """Send the programs to a server, which is stopped then; return the figures by name."""
    pictures = [(content, predict(content)) for content in load_examples()]
    try:
        call(server.url, CLIENTS, pictures)
        before, start = server.memory(), time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            calls = [
                pool.submit(call, server.url, count // CLIENTS, pictures) for _ in range(CLIENTS)
            ]
            delays = [delay for done in calls for delay in done.result()]
        seconds, after = time.perf_counter() - start, server.memory()
    finally:
        server.stop()
    median, p95, slowest = 1000 * np.percentile(delays, [50, 95, 100])
    return {
        "pictures, none with an error": f"{len(delays):,}",
        "pictures a second": f"{len(delays) / seconds:.0f}",
        "median": f"{median:.0f} ms",
        "95 % within": f"{p95:.0f} ms",
        "slowest": f"{slowest:.0f} ms",
        "memory before, after": f"{before:.0f} MB, {after:.0f} MB",
    }


def predict(content: bytes) -> int | None:
    """Return what the model reads in a picture, without a server."""
    return read_digit(content, load_classifier()).prediction


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pictures", type=int, default=10_000, help="(default 10000)")
    count = parser.parse_args().pictures
    alone = measure(Server(command=ALONE, health="/api/v1/model"), count)
    beside = measure(Server(), count)
    rows = ["| | the interface alone | beside the page |", "| :-- | --: | --: |"]
    rows += [f"| {name} | {alone[name]} | {beside[name]} |" for name in alone]
    title = f"{CLIENTS} programs have pictures read over HTTP"
    report("load-api", title, "\n".join(rows), datetime.date.today())


if __name__ == "__main__":
    main()
