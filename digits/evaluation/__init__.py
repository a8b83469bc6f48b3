"""A model → figures of merit: calibration, corruptions, out-of-distribution samples."""
