"""The pipeline's stages, one file each, run as `python -m stages.NAME`; dvc.yaml declares them."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow reads it when it is imported
