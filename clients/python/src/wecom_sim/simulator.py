"""The control client of one simulator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Unpack
from urllib.parse import urlsplit

from wecom_sim.console import Console
from wecom_sim.transport import Transport
from wecom_sim.types import (
    CallRule,
    Clock,
    Corp,
    CorpFile,
    Delivery,
    DeliveryFault,
    DeliveryRule,
    Fault,
    FaultRules,
    FaultState,
    Health,
    JobControl,
    NewCorp,
    Rates,
    Ready,
    Request,
    RequestFilter,
    Seeded,
    ServedCorp,
    Settings,
    Shape,
    Snapshot,
    State,
    When,
    WriteLog,
)

__all__ = ["Simulator"]

TIMEOUT = 600.0
"""Seconds until a request of the control surface fails. Seeding a million members takes a minute on a slow machine."""


class Simulator:
    """A running simulator: its connection data and its control surface.

    Threads can share a `Simulator`. Refused requests raise a `ControlError`.
    """

    def __init__(self, ready: Ready, *, timeout: float = TIMEOUT, root: str = "/_sim") -> None:
        self.ready: Ready = ready
        self.transport = Transport(ready["url"], timeout, root)
        self.console = Console(self.transport)

    @property
    def url(self) -> str:
        """The URL to use in place of `https://qyapi.weixin.qq.com`."""
        return self.ready["url"]

    @property
    def corp_id(self) -> str:
        """The corp's id (企业ID)."""
        return self.ready["corp_id"]

    @property
    def contacts_secret(self) -> str:
        """The contacts-sync secret (通讯录同步)."""
        return self.ready["contacts_secret"]

    @property
    def agent_id(self) -> int:
        """The app's id (应用 agentid)."""
        return self.ready["agent_id"]

    @property
    def app_secret(self) -> str:
        """The app's secret (自建应用)."""
        return self.ready["app_secret"]

    def health(self) -> Health:
        """Returns the version of the simulator."""
        health: Health = self.transport.json("GET", "/_sim/healthz")
        return health

    def reset(self) -> None:
        """Restores the contacts, settings, faults and limits of the start, and empties the logs. The clock continues."""
        self.transport.json("POST", "/_sim/reset")

    def seed(
        self,
        members: int,
        departments: int | None = None,
        *,
        seed: int = 1,
        shape: Shape = "usual",
        clear_first: bool = False,
    ) -> Seeded:
        """Replaces all contacts with generated ones. The same arguments always give the same corp.

        `departments` defaults to one for every twenty members. `shape` is the depth of their tree. `clear_first` removes
        the old contacts before the new ones exist, which saves memory.
        """
        body = {
            "members": members,
            "departments": members // 20 + 1 if departments is None else departments,
            "seed": seed,
            "shape": shape,
            "clear_first": clear_first,
        }
        seeded: Seeded = self.transport.json("POST", "/_sim/seed", body)
        return seeded

    def state(self, *, digest: bool | None = None) -> State:
        """Returns counts, permissions and callback targets. `digest=True` includes the digest of a large corp."""
        state: State = self.transport.json("GET", "/_sim/state", query={"digest": digest})
        return state

    def corp(self) -> Corp:
        """Returns all contacts with all values, including those that no credential sees."""
        lists: dict[str, list[Any]] = {"department": [], "member": [], "tag": []}
        for line in self.transport.send("GET", "/_sim/corp").splitlines():
            item = json.loads(line)
            kind = item.pop("kind")
            if kind == "end":
                return {
                    "departments": lists["department"],
                    "members": lists["member"],
                    "tags": lists["tag"],
                    "digest": item["digest"],
                }
            lists[kind].append(item)
        raise ValueError("the dump of the corp is incomplete: its last line is missing")

    def seed_corp(self, corp: CorpFile) -> Seeded:
        """Replaces all contacts with these. `corp_file` returns the present ones in the same form."""
        seeded: Seeded = self.transport.json("POST", "/_sim/seed", corp)
        return seeded

    def corp_file(self) -> CorpFile:
        """Returns all contacts in the form of `seed_corp`, for a corp of at most 20,000 members."""
        corp: CorpFile = self.transport.json("GET", "/_sim/seed")
        return corp

    def clock(self) -> Clock:
        """Returns the time and the speed of the clock."""
        clock: Clock = self.transport.json("GET", "/_sim/clock")
        return clock

    def freeze(self, at: datetime | str | None = None) -> datetime:
        """Stops the clock, at this time or at the present one, and returns its time.

        A text is RFC 3339 with an offset, such as `2026-01-05T09:00:00+08:00`. A `datetime` without a time zone is in
        the local one. From then on the clock moves only by `advance` and `set_clock`.
        """
        return self._move_clock("freeze", {} if at is None else {"at": _wire_time(at)})

    def run_clock(self, speed: float = 1.0) -> datetime:
        """Lets the clock run from its present time. `speed` is virtual seconds per real second."""
        return self._move_clock("run", {"speed": speed})

    def set_clock(self, at: datetime | str) -> datetime:
        """Moves the clock to a time, forward or back, as `freeze` takes it. Returns the time."""
        return self._move_clock("set", {"at": _wire_time(at)})

    def advance(self, by: timedelta | float) -> datetime:
        """Moves the clock forward by this time, or by this number of seconds. Returns the new time."""
        return self._move_clock("advance", {"seconds": by.total_seconds() if isinstance(by, timedelta) else by})

    def _move_clock(self, action: str, body: dict[str, object]) -> datetime:
        return _time(self.transport.json("POST", f"/_sim/clock/{action}", body)["now"])

    def jobs(self) -> JobControl:
        """Returns the duration and the failures of jobs (异步任务)."""
        jobs: JobControl = self.transport.json("GET", "/_sim/jobs")
        return jobs

    def set_jobs(self, **changes: Unpack[JobControl]) -> JobControl:
        """Changes the given settings of imports and exports that are submitted later."""
        jobs: JobControl = self.transport.json("PUT", "/_sim/jobs", changes)
        return jobs

    def add_corp(self, corp_id: str, **settings: Unpack[NewCorp]) -> Simulator:
        """Adds a corp to the server and returns its own control client.

        All corps of a server have the same `url`: a call belongs to the corp of its token. `corp_id` has 1 to 64
        letters, digits, `-` and `_`. `SimulatorServer.reset` removes added corps.
        """
        access = self.transport.json("POST", "/_sim/corps", {"corp_id": corp_id, **settings})
        root = urlsplit(access["control_url"]).path.rstrip("/")
        ready = Ready(
            url=access["url"],
            corp_id=access["corp_id"],
            contacts_secret=access["contacts_secret"],
            agent_id=access["agent_id"],
            app_secret=access["app_secret"],
            callback=self.ready["callback"],
        )
        return Simulator(ready, timeout=self.transport.timeout, root=root)

    def corps(self) -> list[ServedCorp]:
        """Returns the corps of the server, the first one first."""
        corps: list[ServedCorp] = self.transport.json("GET", "/_sim/corps")["corps"]
        return corps

    def remove_corp(self, corp_id: str) -> None:
        """Removes an added corp with its state and its tokens."""
        self.transport.json("DELETE", "/_sim/corps/{corp_id}", corp_id=corp_id)

    def snapshot(self, name: str = "default") -> Snapshot:
        """Takes a snapshot of the corp, the clock, tokens, jobs, deliveries, fault rules and rate limits.

        `name` has 1 to 64 lower-case letters, digits and hyphens. A snapshot of the same name is replaced. Snapshots
        stay until they are deleted, so a fixture of the session can take one for all tests.
        """
        snapshot: Snapshot = self.transport.json("POST", "/_sim/snapshots/{name}", name=name)
        return snapshot

    def restore(self, name: str = "default") -> None:
        """Restores a snapshot. The logs of requests and writes continue."""
        self.transport.json("POST", "/_sim/snapshots/{name}/restore", name=name)

    def snapshots(self) -> list[Snapshot]:
        """Returns the snapshots by name."""
        snapshots: list[Snapshot] = self.transport.json("GET", "/_sim/snapshots")["snapshots"]
        return snapshots

    def delete_snapshot(self, name: str = "default") -> None:
        """Deletes a snapshot."""
        self.transport.json("DELETE", "/_sim/snapshots/{name}", name=name)

    def requests(
        self, path: str | None = None, *, limit: int | None = None, **filter: Unpack[RequestFilter]
    ) -> list[Request]:
        """Returns the requests of the program under test, oldest first.

        `path` is an endpoint (`user/get`), a chapter (`user/*`) or `*`. `limit` keeps the latest; it defaults to 1,000.
        The other arguments are the fields of a `RequestFilter`.
        """
        query = {"path": path, "limit": limit, **filter}
        requests: list[Request] = self.transport.json("GET", "/_sim/requests", query=query)["requests"]
        return requests

    def count_requests(self, path: str | None = None, **filter: Unpack[RequestFilter]) -> int:
        """Counts the requests that a filter selects, as in `requests`."""
        body = {"path": path, **filter} if path is not None else dict(filter)
        return int(self.transport.json("POST", "/_sim/requests/count", body)["count"])

    def writes(
        self,
        endpoint: str | None = None,
        *,
        limit: int | None = None,
        after: int | None = None,
        before: int | None = None,
    ) -> WriteLog:
        """Returns the calls that change the corp, oldest first. This log keeps more entries than `requests`.

        `limit` keeps the latest; it defaults to 1,000. `after` and `before` are numbers of writes. To read all of them,
        call again with `before` as the number of the first one, until no write is left.
        """
        query = {"endpoint": endpoint, "limit": limit, "after": after, "before": before}
        log: WriteLog = self.transport.json("GET", "/_sim/writes", query=query)
        return log

    def deliveries(
        self, event: str | None = None, *, limit: int | None = None, before: int | None = None
    ) -> list[Delivery]:
        """Returns the callbacks and their attempts, oldest first. Call `settled` before, to wait until they are sent.

        `limit` keeps the latest; it defaults to 1,000. `before` is the id of a delivery: only earlier ones are returned.
        """
        query = {"event": event, "limit": limit, "before": before}
        deliveries: list[Delivery] = self.transport.json("GET", "/_sim/deliveries", query=query)["deliveries"]
        return deliveries

    def redeliver(self, delivery: int) -> None:
        """Sends a callback again, newly encrypted."""
        self.transport.json("POST", "/_sim/deliveries/{id}/redeliver", id=delivery)

    def replay(self, delivery: int) -> None:
        """Posts the bytes of a callback again."""
        self.transport.json("POST", "/_sim/deliveries/{id}/replay", id=delivery)

    def settled(self) -> None:
        """Waits until no callback is queued or being sent.

        Raises:
            TimeoutError: this took 30 seconds.
        """
        if not self.transport.json("POST", "/_sim/settled")["settled"]:
            raise TimeoutError("callbacks are still being sent after 30 seconds; see deliveries()")

    def faults(self) -> FaultState:
        """Returns the rules of fault injection, with the number of times each one applied."""
        state: FaultState = self.transport.json("GET", "/_sim/faults")
        return state

    def set_faults(self, rules: FaultRules) -> FaultState:
        """Replaces all rules."""
        state: FaultState = self.transport.json("PUT", "/_sim/faults", rules)
        return state

    def clear_faults(self) -> FaultState:
        """Removes all rules and sends the callbacks that were held back."""
        state: FaultState = self.transport.json("DELETE", "/_sim/faults")
        return state

    def fault(
        self,
        path: str,
        fault: Fault,
        *,
        next: int | None = None,
        every: int | None = None,
        offset: int | None = None,
        caller: str | None = None,
    ) -> None:
        """Adds a rule for calls after the existing rules.

        `path` is an endpoint (`user/get`), a chapter (`user/*`) or `*`. Without `next` or `every`, the rule applies to
        every call. `caller` limits it to one secret, `contacts` or `app 1000002`.
        """
        rule: CallRule = {"path": path, "fault": fault}
        if when := _when(next, every, offset):
            rule["when"] = when
        if caller is not None:
            rule["caller"] = caller
        self.add_faults({"calls": [rule]})

    def delivery_fault(
        self,
        event: str,
        fault: DeliveryFault,
        *,
        next: int | None = None,
        every: int | None = None,
        offset: int | None = None,
        target: str | None = None,
    ) -> None:
        """Adds a rule for callbacks after the existing rules.

        `event` is a name from `deliveries`, all kinds of an event (`change_contact/*`) or `*`. `target` limits the rule
        to `contacts`, `app 1000002` or `import job`.
        """
        rule: DeliveryRule = {"event": event, "fault": fault}
        if when := _when(next, every, offset):
            rule["when"] = when
        if target is not None:
            rule["target"] = target
        self.add_faults({"deliveries": [rule]})

    def add_faults(self, rules: FaultRules) -> FaultState:
        """Adds rules after the existing ones, whose counters continue."""
        state: FaultState = self.transport.json("POST", "/_sim/faults", rules)
        return state

    def rates(self) -> Rates:
        """Returns the rate limits."""
        rates: Rates = self.transport.json("GET", "/_sim/rates")
        return rates

    def set_rates(self, changes: Rates) -> Rates:
        """Changes the given rate limits. All counters restart at 0, and closed endpoints reopen."""
        rates: Rates = self.transport.json("PUT", "/_sim/rates", changes)
        return rates

    def choices(self) -> dict[str, bool]:
        """Returns the switches for behaviour that is unverified, or recorded to differ from the official pages."""
        choices: dict[str, bool] = self.transport.json("GET", "/_sim/choices")
        return choices

    def set_choices(self, changes: Mapping[str, bool]) -> dict[str, bool]:
        """Changes the given switches."""
        choices: dict[str, bool] = self.transport.json("PUT", "/_sim/choices", dict(changes))
        return choices

    def settings(self) -> Settings:
        """Returns the settings of the corp: the console, secrets and apps."""
        settings: Settings = self.transport.json("GET", "/_sim/settings")
        return settings

    def set_settings(self, changes: Settings) -> Settings:
        """Changes the given settings."""
        settings: Settings = self.transport.json("PUT", "/_sim/settings", changes)
        return settings


def _when(next: int | None, every: int | None, offset: int | None) -> When:
    when: When = {}
    if next is not None:
        when["next"] = next
    if every is not None:
        when["every"] = every
    if offset is not None:
        when["offset"] = offset
    return when


def _time(millis: int) -> datetime:
    """Returns a time of the simulator as an aware `datetime` of the local time zone."""
    return datetime.fromtimestamp(millis / 1000).astimezone()


def _wire_time(at: datetime | str) -> str:
    return at if isinstance(at, str) else at.astimezone().isoformat()
