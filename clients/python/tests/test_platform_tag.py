"""The platform tag of a wheel is that of the program in it."""

from __future__ import annotations

import struct

import pytest
from hatch_build import platform_tag


def elf(machine: int, segments: list[int], symbols: bytes = b"") -> bytes:
    header = bytearray(64)
    header[:4] = b"\x7fELF"
    struct.pack_into("<H", header, 18, machine)
    struct.pack_into("<Q", header, 32, 64)
    struct.pack_into("<HH", header, 54, 56, len(segments))
    return bytes(header) + b"".join(struct.pack("<I52x", kind) for kind in segments) + symbols


def pe(machine: int) -> bytes:
    return b"MZ" + bytes(0x3A) + struct.pack("<I", 0x40) + b"PE\0\0" + struct.pack("<H", machine)


@pytest.mark.parametrize(
    ("program", "tag"),
    [
        (elf(0x3E, [1, 2]), "manylinux_2_17_x86_64.musllinux_1_1_x86_64"),
        (elf(0xB7, [1]), "manylinux_2_17_aarch64.musllinux_1_1_aarch64"),
        (elf(0x3E, [3, 1], b"\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.9\0"), "manylinux_2_34_x86_64"),
        (elf(0xB7, [3], b"\0GLIBC_2.17\0"), "manylinux_2_17_aarch64"),
        (elf(0x3E, [3], b"\0GLIBC_2.4\0"), "manylinux_2_17_x86_64"),
        (struct.pack("<II", 0xFEEDFACF, 0x0100000C), "macosx_11_0_arm64"),
        (struct.pack("<II", 0xFEEDFACF, 0x01000007), "macosx_10_12_x86_64"),
        (pe(0x8664), "win_amd64"),
        (pe(0xAA64), "win_arm64"),
    ],
)
def test_each_kind_of_program_has_its_tag(program: bytes, tag: str) -> None:
    assert platform_tag(program) == tag


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (b"#!/bin/sh\n", "not a program for Linux, macOS or Windows"),
        (elf(0xF3, [1]), "unknown processor architecture"),
        (elf(0x3E, [3]), "needs a C library other than glibc"),
    ],
)
def test_an_unknown_program_is_refused(program: bytes, reason: str) -> None:
    with pytest.raises(RuntimeError, match=reason):
        platform_tag(program)
