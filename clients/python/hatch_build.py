"""Puts a `txl` program that is already built into the wheel and tags the wheel for the platform of that program.

`TXL_BINARY` names the program. Nothing is compiled here, so one program is built once and used by all packages.
"""

from __future__ import annotations

import os
import re
import struct
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ELF_MACHINES = {0x3E: "x86_64", 0xB7: "aarch64"}
MACH_MACHINES = {0x01000007: "x86_64", 0x0100000C: "arm64"}
PE_MACHINES = {0x8664: "win_amd64", 0xAA64: "win_arm64"}
PT_INTERP = 3


class BinaryHook(BuildHookInterface[Any]):
    """Adds the program to a wheel. An editable installation has none and needs `TXL_BINARY`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        name = os.environ.get("TXL_BINARY")
        if not name:
            raise RuntimeError("TXL_BINARY must name the txl program that the wheel contains")
        program = Path(name).resolve(strict=True)
        platform = platform_tag(program.read_bytes())
        suffix = ".exe" if platform.startswith("win") else ""
        build_data["force_include"][str(program)] = f"wecom_sim/bin/txl{suffix}"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"


def platform_tag(program: bytes) -> str:
    """Returns the platform tag of a program, read from the program itself."""
    if program[:4] == b"\x7fELF":
        return elf_tag(program)
    if program[:4] == b"\xcf\xfa\xed\xfe":
        (machine,) = struct.unpack_from("<I", program, 4)
        # The lowest versions that Rust supports.
        version = {"x86_64": "10_12", "arm64": "11_0"}
        architecture = named(MACH_MACHINES, machine)
        return f"macosx_{version[architecture]}_{architecture}"
    if program[:2] == b"MZ":
        (header,) = struct.unpack_from("<I", program, 0x3C)
        (machine,) = struct.unpack_from("<H", program, header + 4)
        return named(PE_MACHINES, machine)
    raise RuntimeError("TXL_BINARY is not a program for Linux, macOS or Windows")


def elf_tag(program: bytes) -> str:
    """Returns the tag of a program for Linux. A static program runs with every C library."""
    (machine,) = struct.unpack_from("<H", program, 18)
    architecture = named(ELF_MACHINES, machine)
    (table,) = struct.unpack_from("<Q", program, 32)
    size, count = struct.unpack_from("<HH", program, 54)
    kinds = {struct.unpack_from("<I", program, table + size * index)[0] for index in range(count)}
    if PT_INTERP not in kinds:
        return f"manylinux_2_17_{architecture}.musllinux_1_1_{architecture}"
    minors = [int(minor) for minor in re.findall(rb"\0GLIBC_2\.(\d+)(?=[\0.])", program)]
    if not minors:
        raise RuntimeError("TXL_BINARY needs a C library other than glibc; a static program works everywhere")
    return f"manylinux_2_{max(max(minors), 17)}_{architecture}"


def named(machines: dict[int, str], machine: int) -> str:
    """Returns the name of a processor architecture."""
    if machine not in machines:
        raise RuntimeError(f"TXL_BINARY is for an unknown processor architecture ({machine:#x})")
    return machines[machine]
