"""Data → a model. The only room that loads TensorFlow or Keras."""
