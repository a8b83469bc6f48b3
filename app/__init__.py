"""The web page: draw, upload or photograph a digit and see what the model makes of it."""
