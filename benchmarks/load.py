"""Twenty visitors draw fifty digits each at the same time: `make load`.

Each speaks Streamlit's own protocol, as a browser does, to a server that this starts. Ends with
status 1 where an answer is wrong, more than 5 % take a second, or memory grows by a fifth.
"""

import argparse
import asyncio
import io
import json
import sys
import time

import numpy as np
from PIL import Image
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from app.examples import load_examples
from app.model import load_classifier
from app.pictures import png_to_url
from benchmarks.server import Server
from digits.reading.digit_reader import read_digit

VISITORS = 20
PAUSE = 1.0  # seconds from an answer to the end of the next stroke: hardly anyone draws faster
TIMEOUT = 30  # seconds

Digits = list[tuple[bytes, int]]  # pictures and what the model reads in them


class Visitor:
    """A visitor with a connection of their own."""

    def __init__(self, server: ClientConnection) -> None:
        self.server = server
        self.canvas = self.fragment = ""

    async def arrive(self) -> None:
        """Ask for the page and find the canvas on it."""
        for message in await self._run({}):
            element = message.delta.new_element
            if element.HasField("bidi_component"):
                self.canvas, self.fragment = element.bidi_component.id, message.delta.fragment_id

    async def draw(self, picture: bytes, digit: int) -> float:
        """Send a drawing, check the answer, and return the seconds it took."""
        drawing = {"raw": {"objects": []}, "data": png_to_url(picture)}
        value = json.dumps({"drawing": drawing})
        state = {"widgets": [{"id": self.canvas, "json_value": value}]}
        start = time.perf_counter()
        messages = await self._run({"fragment_id": self.fragment, "widget_states": state})
        delay = time.perf_counter() - start
        page = "".join(message.delta.new_element.html.body for message in messages)
        if f'<p class="digit">{digit}</p>' not in page:
            raise RuntimeError(f"the answer is not {digit}: {page}")
        return delay

    async def _run(self, rerun: dict[str, object]) -> list[ForwardMsg]:
        """Have the page run, and return all that it sends."""
        await self.server.send(BackMsg(rerun_script=rerun).SerializeToString())  # type: ignore[arg-type]
        messages: list[ForwardMsg] = []
        while not (messages and messages[-1].HasField("script_finished")):
            async with asyncio.timeout(TIMEOUT):
                messages.append(ForwardMsg.FromString(await self.server.recv(decode=False)))
        return messages


async def visit(url: str, number: int, drawings: int, digits: Digits) -> list[float]:
    """Draw one digit after the other and return the seconds that each answer took."""
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    async with connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None) as server:
        visitor = Visitor(server)
        await visitor.arrive()
        await asyncio.sleep(PAUSE * number / VISITORS)
        delays = []
        for turn in range(drawings):
            delays.append(await visitor.draw(*digits[(number + turn) % len(digits)]))
            await asyncio.sleep(PAUSE)
        return delays


async def visit_all(url: str, drawings: int) -> list[float]:
    """Have all visitors come at once, and return the seconds that each of their answers took."""
    pictures = [enlarge(content) for content in load_examples()]
    guesses = [(picture, read_digit(picture, load_classifier()).prediction) for picture in pictures]
    digits = [(picture, digit) for picture, digit in guesses if digit is not None]
    visits = [visit(url, number, drawings, digits) for number in range(VISITORS)]
    return [delay for delays in await asyncio.gather(*visits) for delay in delays]


def enlarge(content: bytes) -> bytes:
    """Return a picture in the size of the canvas, as PNG."""
    file = io.BytesIO()
    Image.open(io.BytesIO(content)).resize((320, 320)).save(file, "PNG")
    return file.getvalue()


def main() -> None:
    """Start a server, send it the visitors, and print what they and the server saw."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--drawings", type=int, default=50, help="of each visitor (default 50)")
    drawings = parser.parse_args().drawings
    server = Server()
    try:
        asyncio.run(visit_all(server.url, drawings=1))
        before = server.memory()
        delays = asyncio.run(visit_all(server.url, drawings))
        after = server.memory()
    finally:
        server.stop()
    median, p95, slowest = np.percentile(delays, [50, 95, 100])
    print(f"{VISITORS} visitors, {len(delays):,} answers, none wrong: median {median:.2f} s,")
    print(f"95 % within {p95:.2f} s, slowest {slowest:.2f} s")
    print(f"server memory {before:.0f} MB before, {after:.0f} MB after")
    if p95 >= 1 or after >= 1.2 * before:
        sys.exit("too slow, or memory grows")


if __name__ == "__main__":
    main()
