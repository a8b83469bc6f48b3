"""An interface for other programs, beside the page: a picture in, the command line's JSON out.

`uvicorn app.api:app` serves it alone; app/openapi.json describes it.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive

from digits.errors import DigitsError

MAX_MEGABYTES = 5  # as app/.streamlit/config.toml has it for the page
SECONDS = 30  # for a picture to arrive
PATIENCE = 16  # times the limit, that is read and thrown away
_FORM = "multipart/form-data"
_PICTURES = "", "application/octet-stream", "image"
# What is larger would be written to disk; here nothing is larger.
MultiPartParser.spool_max_size = 2**30


def routes(megabytes: Callable[[], int] = lambda: MAX_MEGABYTES) -> list[Route]:
    """Return what is served, whatever path a proxy puts before it.

    `megabytes` says how many a picture may have.
    """
    prefix = "/{base:path}api/v1"
    return [
        Route(f"{prefix}/read", partial(read, _read_digit, megabytes), methods=["POST"]),
        Route(f"{prefix}/numbers", partial(read, _read_numbers, megabytes), methods=["POST"]),
        Route(f"{prefix}/model", describe),
        Route(f"{prefix}/openapi.json", document),
    ]


async def read(
    to_record: Callable[[str, bytes], dict[str, Any]],
    megabytes: Callable[[], int],
    request: Request,
) -> Response:
    """Answer with the reading of a picture, or with a sentence that says what is wrong.

    `to_record` reads it, from its name and content.
    """
    try:
        async with asyncio.timeout(SECONDS):
            name, content = await _receive(request, megabytes())
        record = await run_in_threadpool(to_record, name, content)
    except HTTPException as error:
        return _refused(error.status_code, error.detail)
    except TimeoutError:
        return _refused(408, f"the picture did not arrive within {SECONDS} seconds: send it again")
    except ClientDisconnect:
        return Response(status_code=400)  # which nobody waits for any more
    except DigitsError as error:
        return _refused(503, str(error))
    return JSONResponse(record, 422 if record["reason"] == "unreadable" else 200)


# What reads is loaded when it is first needed, since the server answers before it can read.
def _read_digit(name: str, content: bytes) -> dict[str, Any]:
    from app.model import load_classifier
    from digits.commands.formats import to_record
    from digits.reading.digit_reader import read_digit

    classifier = load_classifier()
    return to_record(name, read_digit(content, classifier), classifier.version)


def _read_numbers(name: str, content: bytes) -> dict[str, Any]:
    from app.model import load_classifier
    from digits.commands.formats import numbers_to_record
    from digits.reading.number_reader import read_numbers

    classifier = load_classifier()
    return numbers_to_record(name, read_numbers(content, classifier), classifier.version)


def _refused(status: int, sentence: str) -> JSONResponse:
    # What is left of the body is not read, so that the connection can't be used again.
    return JSONResponse({"error": sentence}, status, {"Connection": "close"})


async def _receive(request: Request, megabytes: int) -> tuple[str, bytes]:
    """Return a picture's name, "-" where it has none, and its bytes. Raises HTTPException."""
    # Browsers say so, and let no page write this header. Any program may call, but no other site.
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise HTTPException(403, "other sites may not call this interface: call it from a program")
    length = int(request.headers.get("content-length", 0))
    if "expect" in request.headers and length > megabytes * 2**20:  # a client that asks first
        raise _too_large(megabytes)
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    request = Request(request.scope, _limited(request.receive, megabytes))
    if media == _FORM:
        return await _from_form(request)
    if media not in _PICTURES and media.partition("/")[0] not in _PICTURES:
        raise HTTPException(
            415, f"{media} is no picture: send one as {_FORM}, or as the body with its own type"
        )
    content = await request.body()
    if not content:
        raise HTTPException(400, "the body is empty: send a picture")
    return "-", content


async def _from_form(request: Request) -> tuple[str, bytes]:
    async with request.form(max_files=1) as form:
        files = [value for value in form.values() if isinstance(value, UploadFile)]
        if not files:
            raise HTTPException(400, "the form has no file: send a picture in it")
        name = files[0].filename or "-"
        # Some encodings hold halves of letters, which no JSON can.
        return name.encode(errors="replace").decode(), await files[0].read()


def _limited(receive: Receive, megabytes: int) -> Receive:
    """Return what receives as `receive` does, but raises HTTPException where it gets too much.

    Only at the end, unless that is far off: many a client sees no answer before it has sent all.
    """
    received = 0

    async def limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > megabytes * 2**20:
            if received > PATIENCE * megabytes * 2**20 or not message.get("more_body"):
                raise _too_large(megabytes)
            message["body"] = b""
        return message

    return limited


def _too_large(megabytes: int) -> HTTPException:
    return HTTPException(413, f"larger than {megabytes} MB: save the picture at a smaller size")


def describe(_: Request) -> Response:
    """Answer with what is known of the model."""
    from app.model import load_classifier

    try:
        classifier = load_classifier()
    except DigitsError as error:
        return _refused(503, str(error))
    return JSONResponse({"model": classifier.version} | classifier.description)


def document(_: Request) -> Response:
    """Answer with the interface's description by the OpenAPI standard."""
    return FileResponse(Path(__file__).with_name("openapi.json"))


app = Starlette(routes=routes())
