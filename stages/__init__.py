"""The pipeline's stages, one file each, run as `python -m stages.NAME`; dvc.yaml declares them."""

import os

# TensorFlow reads both when it is imported. By itself it takes oneDNN's convolutions on some
# processors with AVX-512 only; elsewhere, too, a step of training is a tenth to a fifth shorter.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
