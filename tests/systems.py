"""Marks of tests that only some systems can run."""

import os
import sys

import pytest

on_unix = pytest.mark.skipif(os.name != "posix", reason="it takes what only Unix has")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="it takes what only Linux has")
