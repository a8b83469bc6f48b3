"""The interface for other programs, beside the page and alone, asked by real clients."""

import contextlib
import json
import shlex
import shutil
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jsonschema
import pytest
import requests

from app import api
from benchmarks.processes import ENVIRONMENT
from benchmarks.server import Server
from digits.commands.cli import main

PICTURE = Path("app/gallery/04-4.png")
NUMBER = sorted(Path("app/number_gallery").iterdir())[0]
ALONE = (sys.executable, "-m", "uvicorn", "app.api:app")
DOCUMENT = json.loads(Path("app/openapi.json").read_text(encoding="utf-8"))
LIMIT = api.MAX_MEGABYTES * 2**20
# Where pictures are read, with the schema of the answer and the command that says the same.
PICTURE_PATHS = {"/read": ("Reading", "predict"), "/numbers": ("Numbers", "read")}


@pytest.fixture(scope="module")
def page() -> Iterator[Server]:
    """The server of the page, which must not meet an error that it didn't expect."""
    server = Server()
    yield server
    assert "Traceback" not in server.stop()


@pytest.fixture(scope="module")
def alone() -> Iterator[Server]:
    """The server of the interface alone."""
    server = Server(command=ALONE, health="/api/v1/model")
    yield server
    assert "Traceback" not in server.stop()


@pytest.fixture(params=["page", "alone"])
def url(request) -> str:
    """Where the interface is, beside the page and alone."""
    return request.getfixturevalue(request.param).url + "/api/v1"


def check(schema: str, record: object) -> None:
    """Compare an answer with what the document says of it."""
    jsonschema.validate(record, {"$ref": f"#/components/schemas/{schema}"} | DOCUMENT)


def refusal(answer: requests.Response, status: int) -> str:
    """The sentence of an answer that has this status, and that the document knows."""
    assert answer.status_code == status, answer.text
    for path in PICTURE_PATHS:
        assert str(status) in DOCUMENT["paths"][path]["post"]["responses"]
    sentence = answer.json()["error"]
    assert ": " in sentence, "what is wrong, and what to do"
    return sentence


@pytest.mark.parametrize("path", PICTURE_PATHS)
@pytest.mark.parametrize("picture", [PICTURE, NUMBER])
def test_it_answers_as_the_command_line_does(url, capsys, path, picture):
    schema, command = PICTURE_PATHS[path]
    with pytest.raises(SystemExit):
        main([command, "--json", str(picture)])
    expected, content = json.loads(capsys.readouterr().out), picture.read_bytes()
    answers = [
        requests.post(url + path, files={"file": (picture.name, content)}),
        requests.post(url + path, data=content),
        requests.post(url + path, content, headers={"Content-Type": "image/png"}),
    ]
    for answer, name in zip(answers, (picture.name, "-", "-"), strict=True):
        assert answer.status_code == 200
        assert answer.json() == expected | {"path": name}
        check(schema, answer.json())


PAGES = [Path("README.md"), Path("docs/api.md")]
SHOWN = [line for page in PAGES for line in page.read_text("utf-8").splitlines()]
CALLS = [line for line in SHOWN if line.startswith("curl ")]


@pytest.mark.parametrize("line", CALLS)
def test_curl_is_answered_as_shown(page, tmp_path, line):
    if shutil.which("curl") is None:
        pytest.skip("there is no curl: `apt-get install curl` brings one")
    for folder in ("app/gallery", "docs"):
        shutil.copytree(folder, tmp_path / folder)
    shutil.copy(PICTURE, tmp_path / "picture.png")
    words = shlex.split(line.replace("http://localhost:8501", page.url))
    record = json.loads(subprocess.check_output(words, cwd=tmp_path))
    read = record["numbers"][0]["text"] if "numbers" in record else str(record["prediction"])
    assert read == ("6455" if "docs/numbers.jpg" in line else "4")


def test_it_is_served_alone_as_shown(alone):
    assert f"{' '.join(ALONE[2:])} --port 8501" in SHOWN


def test_the_model_and_the_document(url):
    answer = requests.get(f"{url}/model")
    check("Model", answer.json())
    assert requests.get(f"{url}/openapi.json").json() == DOCUMENT
    for path in DOCUMENT["paths"]:
        assert requests.options(url + path).status_code == 405, "it is there"


def test_a_proxy_may_put_a_path_before_it(page):
    answer = requests.post(f"{page.url}/digits/api/v1/read", PICTURE.read_bytes())
    assert answer.json()["prediction"] == 4


def test_the_limits_are_those_of_the_page():
    settings = tomllib.loads(Path("app/.streamlit/config.toml").read_text(encoding="utf-8"))
    assert settings["server"]["maxUploadSize"] == api.MAX_MEGABYTES
    for path in PICTURE_PATHS:
        assert f"{api.MAX_MEGABYTES} MB" in DOCUMENT["paths"][path]["post"]["summary"]


def test_the_limit_can_be_set_for_both():
    environment = {"STREAMLIT_SERVER_MAX_UPLOAD_SIZE": "1"}
    server = Server(environment=ENVIRONMENT | environment)
    answer = requests.post(f"{server.url}/api/v1/read", bytes(2**20 + 1))
    assert "Traceback" not in server.stop()
    assert refusal(answer, 413).startswith("larger than 1 MB")


def test_nothing_and_no_file_are_refused(url):
    assert "empty" in refusal(requests.post(f"{url}/read"), 400)
    assert "no file" in refusal(requests.post(f"{url}/read", files={"a": (None, "b")}), 400)
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    cut = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n\x89PNG'
    assert "no file" in refusal(requests.post(f"{url}/read", cut, headers=form), 400)


def test_two_files_are_refused(url):
    files = [("file", ("a.png", PICTURE.read_bytes()))] * 2
    assert requests.post(f"{url}/read", files=files).status_code == 400


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded"])
def test_what_is_declared_to_be_no_picture_is_refused(url, media):
    answer = requests.post(f"{url}/read", b"a=b", headers={"Content-Type": media})
    assert media in refusal(answer, 415)


def test_what_cannot_be_read_is_refused_with_the_reason(url):
    for content, word in ((PICTURE.read_bytes()[:200], "damaged"), (b"text", "PNG")):
        for path, (schema, _) in PICTURE_PATHS.items():
            answer = requests.post(url + path, content)
            assert word in refusal(answer, 422)
            check(schema, answer.json())


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("size", [LIMIT + 1, 6 * LIMIT])
def test_what_is_too_large_is_refused(url, chunked, size):
    pieces = (bytes(min(2**16, size - start)) for start in range(0, size, 2**16))
    answer = requests.post(f"{url}/read", pieces if chunked else b"".join(pieces))
    assert "5 MB" in refusal(answer, 413)


def test_a_file_that_is_too_large_is_refused(url):
    answer = requests.post(f"{url}/read", files={"file": bytes(LIMIT)})
    assert "5 MB" in refusal(answer, 413)


def test_who_asks_before_sending_hears_at_once(alone):
    assert b" 413 " in send(alone, HEAD.replace(b"\r\n\r\n", b"0\r\nExpect: 100-continue\r\n\r\n"))


def test_a_body_without_end_is_cut_off(alone):
    def endless():
        while True:
            yield bytes(2**20)

    before = alone.memory()
    with contextlib.suppress(requests.ConnectionError):  # it may not hear the answer any more
        assert requests.post(f"{alone.url}/api/v1/read", endless()).status_code == 413
    assert alone.memory() < before + 50


def test_other_sites_are_refused_and_allowed_nothing(url):
    for site in ("cross-site", "same-site"):
        headers = {"Origin": "https://example.org", "Sec-Fetch-Site": site}
        answer = requests.post(f"{url}/read", PICTURE.read_bytes(), headers=headers)
        assert "other sites" in refusal(answer, 403)
    answer = requests.get(f"{url}/model", headers={"Origin": "https://example.org"})
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_many_at_once(url):
    def read(number: int) -> int:
        path = sorted(Path("app/gallery").glob("*.png"))[number % 20]
        return requests.post(f"{url}/read", files={"file": path.read_bytes()}).json()["prediction"]

    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(read, range(200)))
    assert sum(number % 10 == digit for number, digit in enumerate(found)) >= 190


def send(server: Server, *pieces: bytes, pause: float = 0) -> bytes:
    """Send the pieces of a request, and return the first of the answer."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as client:
        for piece in pieces:
            client.sendall(piece)
            time.sleep(pause)
        return b"".join(iter(lambda: client.recv(2**16), b""))


HEAD = f"POST /api/v1/read HTTP/1.1\r\nHost: a\r\nContent-Length: {LIMIT}\r\n\r\n".encode()


def test_a_body_that_is_cut_off_harms_nobody(page):
    host, port = page.url.removeprefix("http://").split(":")
    for _ in range(50):
        with socket.create_connection((host, int(port))) as client:
            client.sendall(HEAD + b"x")
    assert requests.post(f"{page.url}/api/v1/read", PICTURE.read_bytes()).ok


@pytest.mark.slow
def test_a_body_that_does_not_come_is_waited_for_no_longer_than_said(alone):
    start = time.monotonic()
    answer = send(alone, HEAD, b"x")
    assert api.SECONDS <= time.monotonic() - start < api.SECONDS + 5
    assert b"408" in answer
    assert b"send it again" in answer


def test_without_a_model_it_says_what_to_do(tmp_path):
    environment = ENVIRONMENT | {"DIGITS_MODEL": str(tmp_path / "none.tflite")}
    server = Server(environment=environment)
    answers = [
        requests.get(f"{server.url}/api/v1/model"),
        *(requests.post(f"{server.url}/api/v1{p}", PICTURE.read_bytes()) for p in PICTURE_PATHS),
    ]
    server.stop()
    assert all("none.tflite" in refusal(answer, 503) for answer in answers)


def test_the_document_names_this_version():
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert DOCUMENT["info"]["version"] == project["version"]
