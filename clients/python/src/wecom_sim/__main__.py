"""Runs the `txl` program of this package: `txl sim`, `python -m wecom_sim sim`."""

from __future__ import annotations

import os
import subprocess
import sys

from wecom_sim.binary import BinaryError, find_binary


def main() -> None:
    """Replaces this process by the program. On Windows, waits for the program and returns its exit code."""
    try:
        program = find_binary()
    except BinaryError as error:
        sys.exit(f"error: {error}")
    arguments = [str(program), *sys.argv[1:]]
    if sys.platform == "win32":
        sys.exit(subprocess.call(arguments))
    os.execv(program, arguments)


if __name__ == "__main__":
    main()
