"""The page behind nginx, as the README shows it, and behind one that drops what the page needs."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from hand import DESKTOP, draw, expect_answer
from playwright.sync_api import expect

from app.health import is_healthy
from benchmarks.processes import ENVIRONMENT
from benchmarks.server import Server

pytestmark = pytest.mark.slow

(LINES,) = re.findall(r"```nginx\n(.*?)```", Path("README.md").read_text("utf-8"), re.S)
# Streamlit lets 127.0.0.1 in under any name, which a proxy on another machine doesn't have.
ADDRESS = "127.0.0.2"
# Without the rights of root, which nginx otherwise asks for.
CONFIG = """
daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{ listen {address}:{port}; {lines} }}
}}
"""


@pytest.fixture(scope="module")
def based() -> Iterator[Server]:
    """The app's server, with a base path."""
    server = Server(
        environment=ENVIRONMENT | {"STREAMLIT_SERVER_BASE_URL_PATH": "digits"},
        health="/digits/_stcore/health",
    )
    yield server
    assert "Traceback" not in server.stop()


@pytest.fixture
def start_nginx(based, tmp_path):
    """Start nginx with some lines of configuration; return the address of the page behind it."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
    if program is None:
        pytest.skip("there is no nginx: `apt-get install nginx-light` brings one")
    started = []

    def start_nginx(lines: str) -> str:
        with socket.socket() as free:
            free.bind((ADDRESS, 0))
            port = free.getsockname()[1]
        lines = lines.replace("http://127.0.0.1:8501", based.url)
        config = tmp_path / "nginx.conf"
        config.write_text(CONFIG.format(folder=tmp_path, address=ADDRESS, port=port, lines=lines))
        started.append(subprocess.Popen([program, "-c", config, "-e", tmp_path / "error.log"]))
        for _ in range(200):
            with socket.socket() as client:
                if client.connect_ex((ADDRESS, port)) == 0:
                    break
            time.sleep(0.05)
        return f"http://{ADDRESS}:{port}/digits/"

    yield start_nginx
    for process in started:
        process.terminate()
        process.wait(timeout=20)


def test_page_drawing_upload_and_interface_work_behind_nginx(browser, start_nginx):
    page = browser.new_context(**DESKTOP).new_page()
    url = start_nginx(LINES)
    page.goto(url)
    expect(page.get_by_text("Draw a digit or a number")).to_be_visible(timeout=60_000)
    page.wait_for_selector("[data-test-script-state=notRunning]")
    draw(page, 7)
    expect_answer(page, 7)
    page.get_by_role("tab", name="Upload").click()
    page.set_input_files("input[type=file]", "app/gallery/08-8.png")
    expect_answer(page, 8)
    page.wait_for_timeout(11_000)
    expect(page.locator("#no-connection")).not_to_be_visible()
    page.context.close()
    answer = requests.post(f"{url}api/v1/read", Path("app/gallery/04-4.png").read_bytes())
    assert answer.json()["prediction"] == 4


@pytest.mark.parametrize("word", ["Upgrade", "Host"])
def test_the_page_says_so_where_the_proxy_drops_what_it_needs(browser, start_nginx, word):
    kept = [line for line in LINES.splitlines() if word not in line]
    assert len(kept) < len(LINES.splitlines())
    page = browser.new_context(**DESKTOP).new_page()
    page.goto(start_nginx("\n".join(kept)))
    expect(page.locator("#no-connection")).to_be_visible(timeout=20_000)
    page.context.close()


def test_the_health_check_honours_port_and_base_path(based, monkeypatch):
    assert not is_healthy()
    monkeypatch.setenv("STREAMLIT_SERVER_PORT", based.url.rpartition(":")[2])
    assert not is_healthy()
    monkeypatch.setenv("STREAMLIT_SERVER_BASE_URL_PATH", "/digits/")
    assert is_healthy()
