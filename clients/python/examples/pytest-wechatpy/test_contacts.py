"""Tests of the program against a simulated corp."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from contacts import Client, Contacts
from wechatpy.enterprise.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatClientException
from wecom_sim import Simulator

TOKEN = "exampleToken"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


@pytest.fixture
def contacts(wecom: Simulator) -> Contacts:
    return Contacts(Client(wecom.url, wecom.corp_id, wecom.app_secret), sleep=wecom.advance)


def test_all_members_are_loaded(wecom: Simulator, contacts: Contacts) -> None:
    wecom.seed(members=300, departments=12)
    contacts.load()
    assert len(contacts.names) == 300


def test_an_app_reads_only_its_range(wecom: Simulator, contacts: Contacts) -> None:
    wecom.console.create_department("质量部", id=20)
    wecom.console.create_member("钱一", userid="qianyi", department=[20])
    wecom.console.set_app_range(departments=[20])
    contacts.load()
    assert contacts.names == {"qianyi": "钱一"}


def test_a_busy_server_is_asked_again(wecom: Simulator, contacts: Contacts) -> None:
    wecom.fault("department/list", {"errcode": -1}, next=2)
    contacts.load()
    assert [request["errcode"] for request in wecom.requests("department/list")] == [-1, -1, 0]


def test_another_error_is_reported_at_once(wecom: Simulator, contacts: Contacts) -> None:
    wecom.fault("department/list", {"errcode": 60011})
    with pytest.raises(WeChatClientException) as error:
        contacts.load()
    assert error.value.errcode == 60011
    assert len(wecom.requests("department/list")) == 1


def test_an_expired_token_is_replaced(wecom: Simulator, contacts: Contacts) -> None:
    contacts.load()
    wecom.fault("department/list", {"kill_token": 42001}, next=1)
    contacts.load()
    assert len(wecom.requests("gettoken")) == 2


def test_changes_in_the_console_arrive_as_callbacks(wecom: Simulator, contacts: Contacts, receiver: str) -> None:
    contacts.load()
    wecom.console.set_callback(receiver, TOKEN, AES_KEY)
    wecom.delivery_fault("*", {"duplicate": 1})
    wecom.console.create_member("钱一", userid="qianyi", department=[1])
    wecom.console.delete_member("lisi")
    wecom.settled()
    assert contacts.names["qianyi"] == "钱一"
    assert "lisi" not in contacts.names
    assert {delivery["state"] for delivery in wecom.deliveries()} == {"delivered"}


@pytest.fixture
def receiver(wecom: Simulator, contacts: Contacts):
    """The URL of a server that hands callbacks to the program."""
    crypto = WeChatCrypto(TOKEN, AES_KEY, wecom.corp_id)

    class Handler(BaseHTTPRequestHandler):
        def query(self) -> dict[str, str]:
            return dict(parse_qsl(urlsplit(self.path).query))

        def answer(self, body: bytes = b"") -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            query = self.query()
            echo = crypto.check_signature(
                query["msg_signature"], query["timestamp"], query["nonce"], query["echostr"]
            )
            self.answer(echo if isinstance(echo, bytes) else echo.encode())

        def do_POST(self) -> None:
            contacts.receive(crypto, self.query(), self.rfile.read(int(self.headers["Content-Length"])))
            self.answer()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/wecom"
        server.shutdown()
