"""The client against the OpenAPI document of the simulator: every operation, and the fields of every object."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from wecom_sim import ControlError, Simulator, types

Operation = tuple[str, str]

LEFT_OUT: dict[Operation, str] = {
    ("GET", "/_sim"): "a page for browsers",
    ("GET", "/_sim/"): "a page for browsers",
    ("GET", "/_sim/page/{name}"): "a file of the page",
    ("GET", "/_sim/openapi.json"): "only this test reads it",
    ("GET", "/_sim/secrets"): "the ready line has the same values",
    ("POST", "/_sim/oauth/code"): "a shorter path for the console action",
    ("POST", "/_sim/tfa/code"): "a shorter path for the console action",
    ("POST", "/_sim/open_userid"): "a shorter path for the console action",
}


@pytest.fixture
def document(wecom: Simulator) -> dict[str, Any]:
    document: dict[str, Any] = wecom.transport.json("GET", "/_sim/openapi.json")
    return document


@pytest.fixture
def used(wecom: Simulator, monkeypatch: pytest.MonkeyPatch) -> set[Operation]:
    """The operations that the client has used successfully."""
    used: set[Operation] = set()
    send = wecom.transport.send

    def recorded(method: str, path: str, /, *arguments: Any, **others: Any) -> bytes:
        data = send(method, path, *arguments, **others)
        used.add((method, path))
        return data

    monkeypatch.setattr(wecom.transport, "send", recorded)
    return used


@pytest.fixture
def receiver() -> Iterator[str]:
    """The URL of a receiver that answers 200 to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_every_operation_of_the_simulator_has_a_method(
    wecom: Simulator, document: dict[str, Any], used: set[Operation], receiver: str
) -> None:
    use_the_corp(wecom)
    use_the_clock(wecom)
    use_the_faults(wecom)
    use_the_settings(wecom)
    use_the_console(wecom)
    use_the_deliveries(wecom, receiver)

    offered = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert offered - used - LEFT_OUT.keys() == set(), "operations without a method"
    assert used - offered == set(), "methods without an operation"
    assert LEFT_OUT.keys() - offered == set(), "operations that no longer exist"


def use_the_corp(wecom: Simulator) -> None:
    assert wecom.health()["version"]
    assert wecom.seed(40, departments=4, seed=7, shape="flat") == {"members": 40, "departments": 4, "tags": 8}
    state = wecom.state(digest=True)
    corp = wecom.corp()
    assert (len(corp["members"]), corp["digest"]) == (40, state["digest"])
    file = wecom.corp_file()
    assert wecom.seed_corp({"members": [{"userid": "qianyi", "name": "钱一"}]})["members"] == 1
    assert wecom.seed_corp(file)["members"] == 40
    assert wecom.state(digest=True)["digest"] == state["digest"]
    assert wecom.snapshot("forty")["members"] == 40
    wecom.reset()
    assert wecom.state()["members"] == 7
    wecom.restore("forty")
    assert wecom.state()["digest"] == state["digest"]
    wecom.delete_snapshot("forty")
    assert wecom.snapshots() == []
    other = wecom.add_corp("ww-other", members=9, shape="flat")
    assert (other.url, other.corp_id, other.state()["members"]) == (wecom.url, "ww-other", 9)
    assert [corp["members"] for corp in wecom.corps()] == [40, 9]
    wecom.remove_corp("ww-other")
    wecom.reset()
    assert wecom.requests("user/get", limit=1, caller="contacts", errcode=0, executed=True) == []
    assert wecom.requests("*", since=0, after=0, has_unread=True) == []
    assert wecom.count_requests() == wecom.count_requests("user/*", executed=True) == 0
    assert wecom.writes("user/create", limit=1, after=0, before=9) == {"writes": [], "matched": 0, "dropped": 0}


def use_the_clock(wecom: Simulator) -> None:
    at = datetime(2026, 1, 5, 9, 0, tzinfo=timezone(timedelta(hours=8)))
    assert wecom.freeze("2026-01-05T09:00:00+08:00") == wecom.freeze(at) == wecom.freeze() == at
    assert wecom.advance(timedelta(hours=1)) == at + timedelta(hours=1)
    assert wecom.set_clock(at) == at
    assert wecom.clock() == {"now": 1767574800000, "runs": False, "speed": 0.0}
    assert wecom.run_clock(60) >= at
    assert wecom.clock()["speed"] == 60
    assert wecom.set_jobs(seconds=3.5, fail_next=1)["fail_next"] == 1
    assert wecom.jobs()["seconds"] == 3.5


def use_the_faults(wecom: Simulator) -> None:
    wecom.set_faults({"calls": [{"path": "user/get", "when": {"next": 2}, "fault": {"errcode": -1}}]})
    wecom.fault("user/*", {"latency": {"ms": 1}}, every=20, offset=3, caller="contacts")
    wecom.delivery_fault("change_contact/*", "drop", next=1, target="contacts")
    rules = wecom.faults()
    assert [rule["path"] for rule in rules["calls"]] == ["user/get", "user/*"]
    assert rules["calls"][1]["when"] == {"every": 20, "offset": 3}
    assert rules["deliveries"][0]["target"] == "contacts"
    assert wecom.clear_faults() == {"calls": [], "deliveries": []}
    with pytest.raises(ControlError, match="unknown endpoint `user/got`") as refusal:
        wecom.fault("user/got", {"errcode": -1})
    assert (refusal.value.status, refusal.value.errcode) == (400, None)


def use_the_settings(wecom: Simulator) -> None:
    assert wecom.set_rates({"corp_per_minute": 100})["corp_per_minute"] == 100
    assert wecom.rates()["ip_per_hour"] is None
    assert wecom.set_choices({"drop_leaders": True})["drop_leaders"]
    assert wecom.choices()["drop_leaders"]
    assert wecom.set_settings({"contacts": {"may_edit": False}})["contacts"]["may_edit"] is False
    assert wecom.settings()["apps"][0]["agent_id"] == wecom.agent_id


def use_the_console(wecom: Simulator) -> None:
    console = wecom.console
    assert console.create_member("钱一", userid="qianyi", department=[1], mobile="13800000201") == "qianyi"
    console.update_member("qianyi", position="主管")
    console.activate_member("qianyi")
    console.member_edits_profile("qianyi", alias="小钱")
    department = console.create_department("质量部", name_en="Quality")
    console.update_department(department, name="质量一部")
    console.delete_department(department)
    tag = console.create_tag("新人")
    console.rename_tag(tag, "新同事")
    added = console.add_tag_members(tag, ["qianyi", "ghost"])
    removed = console.remove_tag_members(tag, ["qianyi"], [99])
    assert (added["invalidlist"], removed["invalidparty"]) == (["ghost"], [99])
    console.delete_tag(tag)
    console.set_permission("edit")
    console.set_legacy(contacts=True, app=False)
    console.set_trusted_ips([])
    console.set_app_range(departments=[1])
    assert console.oauth_code("qianyi", private=True)
    assert console.tfa_code("qianyi")
    assert console.open_userid("qianyi")
    member = wecom.corp()["members"][-1]
    assert (member["position"], member["alias"], member["status"]) == ("主管", "小钱", 1)
    console.member_quits("qianyi")
    with pytest.raises(ControlError) as refusal:
        console.delete_member("ghost")
    assert (refusal.value.status, refusal.value.errcode) == (422, 60111)
    console.delete_member("wujiu")


def use_the_deliveries(wecom: Simulator, receiver: str) -> None:
    wecom.console.set_callback(receiver, "token", "a" * 43, verify=False)
    wecom.console.delete_member("lisi")
    delivery = wecom.console.event("change_contact", {"ChangeType": "delete_user", "UserID": "lisi"})
    wecom.settled()
    wecom.redeliver(delivery)
    wecom.settled()
    wecom.replay(delivery)
    wecom.settled()
    (last,) = wecom.deliveries("change_contact/delete_user", limit=1, before=1_000)
    assert (last["id"], last["state"]) == (delivery, "delivered")
    assert [attempt["sent"] for attempt in last["attempts"]] == ["genuine", "genuine", "replay"]
    wecom.console.remove_callback()


TYPES = {
    "SnapshotInfo": types.Snapshot,
    "ClockState": types.Clock,
    "JobControl": types.JobControl,
    "CorpFile": types.CorpFile,
    "FileDepartment": types.FileDepartment,
    "FileMember": types.FileMember,
    "FileTag": types.FileTag,
    "Health": types.Health,
    "State": types.State,
    "CredentialState": types.CredentialState,
    "CallbackState": types.CallbackState,
    "Request": types.Request,
    "SelectedWrites": types.WriteLog,
    "LoggedWrite": types.Write,
    "DeliveryRecord": types.Delivery,
    "Attempt": types.Attempt,
    "FaultRules": types.FaultRules,
    "FaultState": types.FaultState,
    "CallRule": types.CallRule,
    "DeliveryRule": types.DeliveryRule,
    "Rates": types.Rates,
    "Settings": types.Settings,
    "ContactsSettings": types.ContactsSettings,
    "AppSettings": types.AppSettings,
    "Range": types.Range,
    "DumpedMember": types.DumpedMember,
    "DumpedDepartment": types.DumpedDepartment,
    "DumpedTag": types.DumpedTag,
}


@pytest.mark.parametrize("name", TYPES)
def test_the_fields_of_an_object_are_those_of_the_simulator(document: dict[str, Any], name: str) -> None:
    schema = document["components"]["schemas"][name]
    assert set(TYPES[name].__annotations__) == set(schema["properties"])
