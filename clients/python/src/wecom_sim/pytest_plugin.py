"""The pytest plugin: the fixtures `wecom` and `wecom_server`."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

import pytest

from wecom_sim.server import SimulatorServer
from wecom_sim.simulator import Simulator

SHOWN_REQUESTS = 20
"""Number of requests in the report of a failed test."""


@pytest.fixture(scope="session")
def wecom_arguments() -> Sequence[str]:
    """Arguments of `txl sim`. Override this fixture to change them, for example to return `["--legacy"]`."""
    return ()


@pytest.fixture(scope="session")
def wecom_server(wecom_arguments: Sequence[str]) -> Iterator[SimulatorServer]:
    """The simulator's process. One for each session, and with pytest-xdist one for each worker."""
    with SimulatorServer(wecom_arguments) as server:
        yield server


@pytest.fixture
def wecom(wecom_server: SimulatorServer) -> Simulator:
    """The simulator, reset before each test: the corp, the settings, the faults, the logs and the clock."""
    wecom_server.reset()
    return wecom_server.simulator


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds the latest requests to the report of a failed test."""
    report = yield
    simulator = getattr(item, "funcargs", {}).get("wecom")
    if report.failed and call.when == "call" and isinstance(simulator, Simulator):
        report.sections.append(("WeCom requests", _latest_requests(simulator)))
    return report


def _latest_requests(simulator: Simulator) -> str:
    try:
        requests = simulator.requests(limit=SHOWN_REQUESTS)
    except Exception as error:
        return f"the simulator does not answer: {error}"
    if not requests:
        return "no requests"
    lines = []
    for request in requests:
        outcome = "no reply" if request["errcode"] is None else f"errcode {request['errcode']}"
        caller = request["caller"] or "unknown caller"
        lines.append(f"{request['method']} {request['path']} ({caller}): {outcome}")
    return "\n".join(lines)
