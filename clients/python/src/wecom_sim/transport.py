"""Sends requests to the control surface of a simulator. Uses no proxy, because the simulator is on this machine."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

__all__ = ["ControlError", "Transport"]


class ControlError(Exception):
    """The simulator refused a request of the control surface.

    `errcode` is that of the API if a rule of WeCom forbids the action.
    """

    def __init__(self, status: int, reason: str, errcode: int | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.errcode = errcode


class Transport:
    """Sends each request on a connection of its own, so threads can share a transport."""

    def __init__(self, url: str, timeout: float, root: str = "/_sim") -> None:
        """`root` is the path of the control surface, which replaces the `/_sim` of the OpenAPI document."""
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"invalid URL of a simulator: {url!r}; it must begin with http://")
        self.url = url.rstrip("/")
        self._host = parts.hostname
        self._port = parts.port or 80
        self.timeout = timeout
        self._root = root

    def send(
        self,
        method: str,
        path: str,
        /,
        body: object = None,
        *,
        query: Mapping[str, object] | None = None,
        **places: object,
    ) -> bytes:
        """Sends a request and returns the body of the reply.

        `path` is the path of the OpenAPI document. `places` replaces its parameters, such as `{id}`.

        Raises:
            ControlError: the simulator refused the request.
            OSError: the simulator cannot be reached.
        """
        path = self._root + path.removeprefix("/_sim")
        target = path.format_map({name: quote(str(value), safe="") for name, value in places.items()})
        given = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        if given:
            target = f"{target}?{urlencode(given)}"
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {} if content is None else {"Content-Type": "application/json"}
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self.timeout)
        try:
            connection.request(method, target, content, headers)
            reply = connection.getresponse()
            data = reply.read()
        finally:
            connection.close()
        if reply.status >= 300:
            raise _refusal(reply.status, data)
        return data

    def json(
        self,
        method: str,
        path: str,
        /,
        body: object = None,
        *,
        query: Mapping[str, object] | None = None,
        **places: object,
    ) -> Any:
        """Sends a request and returns the JSON of the reply."""
        return json.loads(self.send(method, path, body, query=query, **places))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _refusal(status: int, data: bytes) -> ControlError:
    try:
        refusal = json.loads(data)
        return ControlError(status, str(refusal["error"]), refusal.get("errcode"))
    except (ValueError, TypeError, KeyError):
        return ControlError(status, f"unexpected reply with status {status}: {data[:200]!r}")
