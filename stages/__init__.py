"""The pipeline's stages, one file each, run as `python -m stages.NAME`; dvc.yaml declares them."""

import os

# TensorFlow reads these when it is imported. Stating oneDNN's default silences the notice about it.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
