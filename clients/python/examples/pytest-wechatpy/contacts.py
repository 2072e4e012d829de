"""The program under test: it keeps a copy of the corp's members up to date."""

from __future__ import annotations

import time
from collections.abc import Callable

import xmltodict
from wechatpy.enterprise import WeChatClient
from wechatpy.enterprise.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatClientException

BUSY = -1
"""系统繁忙: the call was not executed and can be repeated."""


class Client(WeChatClient):
    """wechatpy's client with another base URL; wechatpy has that of WeCom in a constant."""

    def __init__(self, base_url: str, corp_id: str, secret: str) -> None:
        self.API_BASE_URL = f"{base_url}/cgi-bin/"
        super().__init__(corp_id, secret)

    def fetch_access_token(self):
        url = f"{self.API_BASE_URL}gettoken"
        return self._fetch_access_token(url=url, params={"corpid": self.corp_id, "corpsecret": self.secret})


class Contacts:
    """The names of the corp's members by userid."""

    def __init__(self, client: Client, sleep: Callable[[float], None] = time.sleep) -> None:
        self.client = client
        self.sleep = sleep
        self.names: dict[str, str] = {}

    def load(self) -> None:
        """Reads all members of the departments that the app sees."""
        for department in self._repeated(self.client.department.get):
            members = self._repeated(lambda: self.client.user.list(department["id"], simple=True))
            self.names.update({member["userid"]: member["name"] for member in members})

    def receive(self, crypto: WeChatCrypto, query: dict[str, str], body: bytes) -> None:
        """Applies one callback (通讯录变更事件)."""
        message = crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
        event = xmltodict.parse(message)["xml"]
        if event["ChangeType"] == "delete_user":
            self.names.pop(event["UserID"], None)
        elif event["ChangeType"] in ("create_user", "update_user"):
            member = self._repeated(lambda: self.client.user.get(event["UserID"]))
            self.names[member["userid"]] = member["name"]

    def _repeated(self, call, attempts: int = 3):
        """Repeats a call while WeCom is busy."""
        for attempt in range(1, attempts + 1):
            try:
                return call()
            except WeChatClientException as error:
                if error.errcode != BUSY or attempt == attempts:
                    raise
                self.sleep(2**attempt)
