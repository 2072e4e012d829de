"""The simulator as a process: start, stop, versions and the end of the parent."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wecom_sim import BinaryError, SimulatorServer, StartError, find_binary

posix = pytest.mark.skipif(sys.platform == "win32", reason="uses signals and shell scripts")


def program(directory: Path, script: str) -> Path:
    """Returns a program that is a shell script."""
    path = directory / "txl"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def answers(url: str) -> bool:
    host, port = url.removeprefix("http://").split(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError:
        return False
    return True


def test_a_stopped_simulator_no_longer_answers() -> None:
    with SimulatorServer() as server:
        assert server.simulator.state()["members"] == 7
        assert answers(server.simulator.url)
    assert not answers(server.simulator.url)
    server.stop()


def test_arguments_reach_the_simulator() -> None:
    with SimulatorServer(["--members", "40", "--corp-id", "ww0000000000000001"]) as server:
        state = server.simulator.state()
        assert (state["members"], state["corp_id"]) == (40, "ww0000000000000001")


def test_variables_do_not_change_the_simulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TXL_SIM_MEMBERS", "40")
    with SimulatorServer() as server:
        assert server.simulator.state()["members"] == 7


def test_a_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with SimulatorServer() as server:
        assert server.simulator.state()["members"] == 7


def test_wrong_arguments_are_reported_with_the_words_of_the_program() -> None:
    with pytest.raises(StartError, match="unexpected argument '--membres'"):
        SimulatorServer(["--membres", "40"])


@posix
def test_a_program_of_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BinaryError, match="does not support version 0.99.0"):
        SimulatorServer(binary=program(tmp_path, "echo txl 0.99.0"))


@posix
def test_another_program_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BinaryError, match="is another program"):
        SimulatorServer(binary=program(tmp_path, "echo something else"))


@posix
def test_a_program_that_is_never_ready_is_ended(tmp_path: Path) -> None:
    script = f'[ "$1" = --version ] && exec {find_binary()} --version\necho $$ >{tmp_path}/pid\necho why >&2\nexec cat'
    with pytest.raises(StartError, match=r"not ready after 1 seconds:\nwhy"):
        SimulatorServer(binary=program(tmp_path, script), timeout=1)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_a_missing_program_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TXL_BINARY", "/nonexistent/txl")
    with pytest.raises(BinaryError, match="TXL_BINARY names a file that does not exist"):
        SimulatorServer()


@posix
def test_a_killed_parent_leaves_no_process() -> None:
    script = "from wecom_sim import *; s = SimulatorServer(); print(s.simulator.url, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        url = parent.stdout.readline().strip()
        assert answers(url)
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while answers(url):
        assert time.monotonic() < deadline, "the simulator outlived its parent"
