"""The type checker's word on all that is typed."""

import subprocess
import sys


def test_types_are_right():
    result = subprocess.run([sys.executable, "-m", "mypy"], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
