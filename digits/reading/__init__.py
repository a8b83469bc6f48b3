"""A picture → an answer. NumPy, SciPy, Pillow and LiteRT are enough; no other room is used."""
