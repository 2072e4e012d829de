"""Starts and stops the simulator as a process of its own."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from wecom_sim.binary import check_version, find_binary
from wecom_sim.simulator import Simulator
from wecom_sim.types import Ready

__all__ = ["SimulatorServer", "StartError"]

START_TIMEOUT = 60.0
"""Seconds until the simulator must be ready. Large corps of `--members` take some of them."""
STOP_TIMEOUT = 10.0
OWN_TIME = 5.0
"""A clock that differs from real time by more seconds than this was set by an argument."""


class StartError(Exception):
    """The simulator did not become ready. The message has the end of its stderr."""


class SimulatorServer:
    """A `txl sim` process on a free port of the loopback interface.

    The process ends with `stop`, at the end of a `with` block, and with this process, even if this process is killed.

    `arguments` are those of `txl sim`, such as `["--legacy"]`. Variables named `TXL_SIM_…` are not inherited.

    Raises:
        BinaryError: the program is missing or has an unsupported version.
        StartError: the simulator did not become ready.
    """

    def __init__(
        self,
        arguments: Sequence[str] = (),
        *,
        binary: Path | str | None = None,
        timeout: float = START_TIMEOUT,
    ) -> None:
        self.binary = Path(binary) if binary is not None else find_binary()
        self.version = check_version(self.binary)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TXL_SIM_")}
        # A pipe as stderr would block the simulator when it is full.
        self._stderr: IO[bytes] = tempfile.TemporaryFile()
        # The simulator ends when this process no longer holds the other end of its stdin.
        self._process = subprocess.Popen(
            [self.binary, "sim", "--listen", "127.0.0.1:0", "--until-stdin-closes", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env=environment,
        )
        try:
            self.ready: Ready = self._wait(timeout)
        except BaseException:
            self._kill()
            raise
        self.simulator = Simulator(self.ready)
        self._clock = self.simulator.clock()
        ahead = self._clock["now"] / 1000 - time.time()
        self._has_own_time = not self._clock["runs"] or abs(ahead) > OWN_TIME

    def reset(self) -> None:
        """Resets the simulator and its clock: to real time, or to the time of `--now` and `--freeze`.

        Added corps are removed.
        """
        for corp in self.simulator.corps()[1:]:
            self.simulator.remove_corp(corp["corp_id"])
        self.simulator.reset()
        at = datetime.fromtimestamp(self._clock["now"] / 1000 if self._has_own_time else time.time())
        if self._clock["runs"]:
            self.simulator.set_clock(at)
            self.simulator.run_clock(self._clock["speed"])
        else:
            self.simulator.freeze(at)

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def stop(self) -> None:
        """Ends the simulator. A second call does nothing."""
        if self._stderr.closed:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            pass
        self._kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _wait(self, timeout: float) -> Ready:
        lines: queue.Queue[bytes] = queue.Queue()
        stdout = self._process.stdout
        assert stdout is not None
        threading.Thread(target=lambda: lines.put(stdout.readline()), daemon=True).start()
        try:
            line = lines.get(timeout=timeout)
        except queue.Empty:
            raise StartError(f"txl sim was not ready after {timeout:.0f} seconds{self._complaint()}") from None
        try:
            ready: Ready = json.loads(line)
        except ValueError:
            raise StartError(f"txl sim did not start{self._complaint()}") from None
        return ready

    def _complaint(self) -> str:
        """Returns the end of the simulator's stderr for a message."""
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            pass
        self._stderr.seek(0)
        text = self._stderr.read().decode(errors="replace").strip()
        return f":\n{text[-4000:]}" if text else ""

    def _kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._stderr):
            if pipe is not None:
                pipe.close()
