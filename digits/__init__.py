"""Read handwritten digits."""
