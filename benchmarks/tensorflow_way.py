"""What `digits predict` is measured against: the usual script around a Keras model."""

import sys

import keras
import numpy as np
from PIL import Image

model = keras.saving.load_model("models/digits.keras")
picture = Image.open(sys.argv[1]).convert("L").resize((28, 28))
digit = 255 - np.asarray(picture, np.float32)
print(model.predict(digit[np.newaxis, ..., np.newaxis], verbose=0).argmax())
