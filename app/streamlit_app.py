"""The server: answers at once, and gets ready to read digits while the first browser starts.

`streamlit run app/streamlit_app.py`
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from threading import Thread

import streamlit as st
from starlette.middleware import Middleware

from app.api import routes
from app.notice import Notice


@asynccontextmanager
async def warmed(_: st.App) -> AsyncIterator[None]:
    """Get ready in a thread, so that the server answers meanwhile."""
    Thread(target=_get_ready, daemon=True).start()
    yield


def _get_ready() -> None:
    """Load the model and all that the first visitor's page would otherwise load."""
    for module in ("app.draw", "pandas"):  # the page's own order; Streamlit's canvas needs pandas
        import_module(module)
    import_module("app.model").warm_up()


app = st.App(
    Path(__file__).with_name("page.py"),
    lifespan=warmed,
    middleware=[Middleware(Notice)],
    routes=routes(megabytes=lambda: st.get_option("server.maxUploadSize")),
)
