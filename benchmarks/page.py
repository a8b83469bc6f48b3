"""From the command to a page that can be drawn on, and the server's memory: `make page`.

Medians of several starts, each with a new server and a visitor whose browser knows nothing yet.
"""

import argparse
import datetime
import shutil
import sys
import time
from statistics import median

from playwright.sync_api import Browser, Playwright, sync_playwright

from benchmarks.machine import report
from benchmarks.server import Server

CANVAS = ".st-key-canvas canvas"
FLAGS = (
    "--no-sandbox",  # a container has none
    # Chromium calls home otherwise.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
)


def start_browser(playwright: Playwright) -> Browser | None:
    """Start Debian's Chromium; None where there is none."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return None
    return playwright.chromium.launch(executable_path=chromium, args=FLAGS)


def visit(browser: Browser) -> tuple[float, float, float]:
    """Start the server and open its page.

    Returns the seconds until the server answers, those until the canvas is there, and the server's
    megabytes then.
    """
    start = time.perf_counter()
    server = Server()
    healthy = time.perf_counter() - start
    context = browser.new_context()
    try:
        page = context.new_page()
        page.goto(server.url, wait_until="commit")
        page.wait_for_selector(CANVAS)
        return healthy, time.perf_counter() - start, server.memory()
    finally:
        context.close()
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="starts (default 7)")
    runs = parser.parse_args().runs
    with sync_playwright() as playwright:
        browser = start_browser(playwright)
        if browser is None:
            sys.exit("there is no browser: `apt-get install chromium` brings one")
        visits = [visit(browser) for _ in range(runs + 1)][1:]
    healthy, ready, memory = map(median, zip(*visits, strict=True))
    rows = (
        ("the server answers", f"{healthy:.2f} s"),
        ("the page can be drawn on", f"{ready:.2f} s"),
        ("the server's memory then", f"{memory:.0f} MB"),
    )
    width = max(len(name) for name, _ in rows)
    table = "\n".join(
        f"| {name:{width}} | {value:>8} |"
        for name, value in (("from the command on", ""), (":--", "--:"), *rows)
    )
    report("page", f"The app's start: medians of {runs}", table, datetime.date.today())


if __name__ == "__main__":
    main()
