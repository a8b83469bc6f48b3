"""A sentence that the page shows for as long as it has no connection to the server."""

from functools import cache
from pathlib import Path

import streamlit as st
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

# Streamlit's page shows grey bars meanwhile, and doesn't say why.
NOTICE = """\
<style>
  #no-connection {
    position: fixed; inset: auto 0 0; z-index: 1000000; margin: 0; padding: 1rem;
    background: #fff3cd; color: #332701; font: 1rem/1.5 sans-serif; visibility: hidden;
  }
  body:not(:has([data-test-connection-state="CONNECTED"])) #no-connection {
    animation: appear 0s 10s forwards;
  }
  @keyframes appear { to { visibility: visible; } }
</style>
<p id="no-connection" role="alert">This page has no connection to the server. Either the server has
stopped, or a proxy in between drops <code>Upgrade</code>, <code>Connection</code> or
<code>Host</code>: README.md of this project shows what nginx has to pass on.</p>
</body>"""


class Notice:
    """Middleware that answers with the page itself; all else is left to Streamlit."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        app = self._app
        if scope["type"] == "http" and scope["method"] == "GET":
            base = st.get_option("server.baseUrlPath").strip("/")
            if scope["path"] == (f"/{base}/" if base else "/"):
                app = HTMLResponse(_page(), headers={"Cache-Control": "no-cache"})
        await app(scope, receive, send)


@cache
def _page() -> str:
    index = Path(st.__file__).with_name("static") / "index.html"
    return index.read_text(encoding="utf-8").replace("</body>", NOTICE)
