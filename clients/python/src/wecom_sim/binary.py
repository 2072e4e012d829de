"""Finds the `txl` program and checks its version."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

__all__ = ["BinaryError", "check_version", "find_binary"]


class BinaryError(Exception):
    """The `txl` program is missing, does not start, or has a version that this package does not support."""


def find_binary() -> Path:
    """Returns the path of the program: that of `TXL_BINARY`, else that of this package.

    Raises:
        BinaryError: it does not exist.
    """
    chosen = os.environ.get("TXL_BINARY")
    if chosen:
        if not Path(chosen).is_file():
            raise BinaryError(f"TXL_BINARY names a file that does not exist: {chosen}")
        return Path(chosen).resolve()
    name = "txl.exe" if sys.platform == "win32" else "txl"
    own = Path(__file__).parent / "bin" / name
    if own.is_file():
        return own
    raise BinaryError("this package has no txl program; install the wheel for this platform, or set TXL_BINARY")


def package_version() -> str:
    """Returns the version of this package."""
    return metadata.version("wecom-sim")


def check_version(program: Path) -> str:
    """Returns the version of the program.

    Raises:
        BinaryError: the program does not start, or its first two version numbers differ from those of this package.
    """
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=True, timeout=60, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise BinaryError(f"{program} does not start: {error}") from error
    name, _, version = done.stdout.strip().partition(" ")
    if name != "txl":
        raise BinaryError(f"{program} is another program: --version printed {done.stdout.strip()[:80]!r}")
    require_compatible(version, str(program))
    return version


def require_compatible(version: str, origin: str) -> None:
    """Raises a `BinaryError` if this package does not support this version of the simulator."""
    own = package_version()
    if version.split(".")[:2] != own.split(".")[:2]:
        raise BinaryError(f"wecom-sim {own} does not support version {version} of {origin}; install equal versions")
