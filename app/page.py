"""The page: Streamlit runs this script for each visitor, and again whenever a tab is chosen."""

from pathlib import Path

import streamlit as st

from app.compare import is_history_here, show_comparison
from app.correction import show_notice
from app.draw import show_drawing
from app.examples import load_examples
from app.facts import show_line, show_model
from app.gallery import show_gallery
from app.model import load_classifier
from app.upload import show_camera, show_upload
from digits.reading.artefact import ModelError

TABS = {
    "Draw": show_drawing,
    "Upload": show_upload,
    "Camera": show_camera,
    "Examples": show_gallery,
    "Compare": show_comparison,
    "Model": show_model,
}
if not is_history_here():
    del TABS["Compare"]

# Streamlit would fetch an icon that is no file from elsewhere.
st.set_page_config(page_title="Read digits and numbers", page_icon=load_examples()[4])
st.html(Path(__file__).with_name("style.css"))
st.title("Read digits and numbers", anchor=False)
try:
    classifier = load_classifier()
except ModelError as error:
    st.error(f"There is no model to read digits with: {error}")
    st.stop()
for tab, name in zip(st.tabs(list(TABS), key="tab", on_change="rerun"), TABS, strict=True):
    # What holds a picture loses it when it isn't there; all else may wait until it is chosen.
    if tab.open or name == "Draw" or st.session_state.get(name):
        with tab:
            TABS[name](classifier)
show_line(classifier)
show_notice()
