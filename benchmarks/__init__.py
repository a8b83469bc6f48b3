"""Measurements that are too long for a test, run as `python -m benchmarks.NAME`."""
