"""Damage pictures of every format in every way, and see that each is read or refused: `make fuzz`.

Anything but an answer or UnreadableImage, three seconds on one file, or a gigabyte in all ends the
run with an error; the seed and the number of the file make it again.
"""

import argparse
import struct
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.sound_files import sound_files
from digits.reading.reader import prepare

Random = np.random.Generator
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_SECONDS = 3.0
MOST_MEBIBYTES = 1024


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG file, with its length and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the kind and the data of each chunk of a sound PNG file."""
    place = len(PNG_SIGNATURE)
    while place < len(content):
        (length,) = struct.unpack_from(">I", content, place)
        yield content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        place += length + 12


def any_sound_file(random: Random) -> bytes:
    """Return a sound file, each format as often as any other."""
    formats = [*sound_files().values()]
    files = formats[random.integers(len(formats))]
    return files[random.integers(len(files))]


def flip_bits(content: bytearray, random: Random) -> None:
    for place in random.integers(len(content), size=random.integers(1, 20)):
        content[place] ^= 1 << random.integers(8)


def edit_header(content: bytearray, random: Random) -> None:
    """Overwrite up to four bytes near the start with what counters overflow at."""
    place = random.integers(min(len(content), 200))
    value = random.choice([0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF])
    size = random.integers(1, 5)
    content[place : place + size] = int(value).to_bytes(4, "big")[-size:]


def cut(content: bytearray, random: Random) -> None:
    del content[random.integers(len(content)) :]


def cut_out(content: bytearray, random: Random) -> None:
    start = random.integers(len(content))
    del content[start : start + random.integers(1, 64)]


def repeat(content: bytearray, random: Random) -> None:
    start = random.integers(len(content))
    content[start:start] = content[start : start + random.integers(1, 256)]


def splice(content: bytearray, random: Random) -> None:
    """Go on, from somewhere, as another file does from somewhere."""
    other = any_sound_file(random)
    content[random.integers(len(content)) :] = other[random.integers(len(other)) :]


def rearrange_chunks(content: bytearray, random: Random) -> None:
    """Swap, repeat, drop or alter chunks of a PNG file, their checksums right."""
    chunks = list(png_chunks(bytes(content)))
    one, two = random.integers(len(chunks), size=2)
    match random.integers(4):
        case 0:
            chunks[one], chunks[two] = chunks[two], chunks[one]
        case 1:
            chunks.insert(one, chunks[two])
        case 2:
            del chunks[one]
        case _:
            data = bytearray(chunks[one][1] or b"\0")
            (flip_bits, edit_header)[random.integers(2)](data, random)
            chunks[one] = chunks[one][0], bytes(data)
    content[:] = PNG_SIGNATURE + b"".join(png_chunk(kind, data) for kind, data in chunks)


WAYS: list[Callable[[bytearray, Random], None]] = [
    flip_bits, edit_header, cut, cut_out, repeat, splice,
]  # fmt: skip


def damaged(seed: int, number: int) -> bytes:
    """Return a sound file damaged in one to three ways; seed and number decide which."""
    random = np.random.default_rng([seed, number])
    content = bytearray(any_sound_file(random))
    if content.startswith(PNG_SIGNATURE) and random.random() < 0.4:
        rearrange_chunks(content, random)
    else:
        for way in random.integers(len(WAYS), size=random.integers(1, 4)):
            if content:
                WAYS[way](content, random)
    return bytes(content)


def run(seed: int, count: int) -> tuple[Counter[str], float]:
    """Read damaged files; return how many ended how, and the processor's seconds on the slowest."""
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    for number in range(count):
        content = damaged(seed, number)
        start = time.process_time()
        try:
            outcomes[prepare([content])[0].reason or "digit"] += 1
        except Exception as error:
            error.add_note(f"file {number} of seed {seed}: damaged({seed}, {number})")
            raise
        slowest = max(slowest, time.process_time() - start)
        if slowest > MOST_SECONDS:
            raise SystemExit(f"damaged({seed}, {number}) took {slowest:.1f} s")
    return outcomes, slowest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="of files (default 100,000)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    outcomes, slowest = run(options.seed, options.count)
    # What `resource` says counts what the parent held when it started this process.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak = int(status.partition("VmHWM:")[2].split()[0]) // 1024
    ended = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    print(f"{options.count} damaged files: {ended}; slowest {slowest:.2f} s, peak {peak} MiB")
    if peak > MOST_MEBIBYTES:
        raise SystemExit(f"that is more than {MOST_MEBIBYTES} MiB")


if __name__ == "__main__":
    main()
