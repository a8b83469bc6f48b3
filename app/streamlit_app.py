"""The server: loads the model before the first visitor comes, then serves `page.py`.

`streamlit run app/streamlit_app.py`
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from threading import Thread

import streamlit as st

from app.model import warm_up


@asynccontextmanager
async def warmed(_: st.App) -> AsyncIterator[None]:
    """Load the model, and all that reading a digit needs, before the server answers."""
    warm_up()
    # Streamlit imports pandas for the canvas: that takes no longer than a browser takes to start.
    Thread(target=import_module, args=["pandas"]).start()
    yield


app = st.App("page.py", lifespan=warmed)
