"""Tests against a simulated WeCom (企业微信) corp.

The pytest fixture `wecom` is a `Simulator`. Outside pytest, a `SimulatorServer` starts one:

    with SimulatorServer() as server:
        server.simulator.seed(members=500)
"""

from wecom_sim.binary import BinaryError, find_binary
from wecom_sim.console import Console
from wecom_sim.server import SimulatorServer, StartError
from wecom_sim.simulator import Simulator
from wecom_sim.transport import ControlError

__all__ = [
    "BinaryError",
    "Console",
    "ControlError",
    "Simulator",
    "SimulatorServer",
    "StartError",
    "find_binary",
]
