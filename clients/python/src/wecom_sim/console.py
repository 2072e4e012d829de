"""What an administrator does in 管理后台, or a member in the WeCom app. These changes are delivered as callbacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Unpack
from urllib.parse import quote

from wecom_sim.transport import Transport
from wecom_sim.types import ChangedMemberFields, InvalidTagMembers, NewMemberFields

__all__ = ["Console"]


class Console:
    """The console of a simulated corp.

    The rules of the API apply. A violation raises a `ControlError` with the `errcode`.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def perform(self, action: str, body: dict[str, Any]) -> dict[str, Any]:
        """Performs an action by its name. The other methods cover all actions."""
        given = {name: value for name, value in body.items() if value is not None}
        done: dict[str, Any] = self._transport.json("POST", f"/_sim/console/{quote(action, safe='')}", given)
        return done

    def create_member(self, name: str, **fields: Unpack[NewMemberFields]) -> str:
        """Creates a member (添加成员) and returns the userid."""
        return str(self.perform("create_member", {"name": name, **fields})["userid"])

    def update_member(self, userid: str, **fields: Unpack[ChangedMemberFields]) -> None:
        """Changes a member (编辑成员). Fields that are not given stay unchanged."""
        self.perform("update_member", {"userid": userid, **fields})

    def delete_member(self, userid: str) -> None:
        """Deletes a member (删除成员)."""
        self.perform("delete_member", {"userid": userid})

    def activate_member(self, userid: str) -> None:
        """Lets a member log in for the first time (激活)."""
        self.perform("activate_member", {"userid": userid})

    def member_quits(self, userid: str) -> None:
        """Lets a member leave the corp in the WeCom app (退出企业)."""
        self.perform("member_quits", {"userid": userid})

    def member_edits_profile(self, userid: str, **fields: Unpack[ChangedMemberFields]) -> None:
        """Changes a member as the member does it in the WeCom app."""
        self.perform("member_edits_profile", {"userid": userid, **fields})

    def create_department(
        self,
        name: str,
        parentid: int = 1,
        *,
        id: int | None = None,
        name_en: str | None = None,
        order: int | None = None,
    ) -> int:
        """Creates a department (添加部门) and returns its id."""
        body = {"name": name, "parentid": parentid, "id": id, "name_en": name_en, "order": order}
        return int(self.perform("create_department", body)["id"])

    def update_department(
        self,
        id: int,
        *,
        name: str | None = None,
        name_en: str | None = None,
        parentid: int | None = None,
        order: int | None = None,
    ) -> None:
        """Changes a department. Fields that are not given stay unchanged."""
        body = {"id": id, "name": name, "name_en": name_en, "parentid": parentid, "order": order}
        self.perform("update_department", body)

    def delete_department(self, id: int) -> None:
        """Deletes an empty department."""
        self.perform("delete_department", {"id": id})

    def create_tag(self, tagname: str, tagid: int | None = None) -> int:
        """Creates a tag and returns its id."""
        return int(self.perform("create_tag", {"tagname": tagname, "tagid": tagid})["tagid"])

    def rename_tag(self, tagid: int, tagname: str) -> None:
        """Renames a tag."""
        self.perform("rename_tag", {"tagid": tagid, "tagname": tagname})

    def delete_tag(self, tagid: int) -> None:
        """Deletes a tag."""
        self.perform("delete_tag", {"tagid": tagid})

    def add_tag_members(
        self, tagid: int, userlist: Sequence[str] = (), partylist: Sequence[int] = ()
    ) -> InvalidTagMembers:
        """Adds members and departments to a tag. Returns those that do not exist."""
        return self._move_tag_members("add_tag_members", tagid, userlist, partylist)

    def remove_tag_members(
        self, tagid: int, userlist: Sequence[str] = (), partylist: Sequence[int] = ()
    ) -> InvalidTagMembers:
        """Removes members and departments from a tag. Returns those that do not exist."""
        return self._move_tag_members("remove_tag_members", tagid, userlist, partylist)

    def _move_tag_members(
        self, action: str, tagid: int, userlist: Sequence[str], partylist: Sequence[int]
    ) -> InvalidTagMembers:
        body = {"tagid": tagid, "userlist": list(userlist), "partylist": list(partylist)}
        moved = self.perform(action, body)
        return {"invalidlist": moved["invalidlist"], "invalidparty": moved["invalidparty"]}

    def set_callback(
        self, url: str, token: str, encodingaeskey: str, *, agentid: int | None = None, verify: bool = True
    ) -> None:
        """Saves the callback URL of the contacts assistant (接收事件服务器), or of an app (接收消息).

        The receiver must answer the verification request, except with `verify=False`.
        """
        body = {"url": url, "token": token, "encodingaeskey": encodingaeskey, "agentid": agentid, "verify": verify}
        self.perform("set_callback", body)

    def remove_callback(self, agentid: int | None = None) -> None:
        """Removes the callback URL of the contacts assistant, or of an app."""
        self.perform("remove_callback", {"agentid": agentid})

    def set_permission(self, permission: Literal["edit", "read", "off"]) -> None:
        """Sets the permission of the contacts-sync secret (通讯录同步)."""
        self.perform("set_permission", {"permission": permission})

    def set_legacy(
        self, *, contacts: bool | None = None, app: bool | None = None, callbacks: bool | None = None
    ) -> None:
        """Grants or removes the permissions from before 2022."""
        self.perform("set_legacy", {"contacts": contacts, "app": app, "callbacks": callbacks})

    def set_trusted_ips(self, ips: Sequence[str], *, agentid: int | None = None) -> None:
        """Sets the trusted IPs (可信IP) of the contacts-sync secret, or of an app. Others get 60020."""
        self.perform("set_trusted_ips", {"ips": list(ips), "agentid": agentid})

    def set_app_range(
        self,
        *,
        departments: Sequence[int] = (),
        members: Sequence[str] = (),
        tags: Sequence[int] = (),
        agentid: int | None = None,
    ) -> None:
        """Sets the visible range (可见范围) of an app."""
        body = {
            "departments": list(departments),
            "members": list(members),
            "tags": list(tags),
            "agentid": agentid,
        }
        self.perform("set_app_range", body)

    def oauth_code(
        self,
        userid: str | None = None,
        *,
        openid: str | None = None,
        external_userid: str | None = None,
        agent_id: int | None = None,
        private: bool = False,
    ) -> str:
        """Lets a person open a login page, and returns the code of the redirect.

        `private` means that the person consents to sensitive fields (snsapi_privateinfo).
        """
        body = {
            "userid": userid,
            "openid": openid,
            "external_userid": external_userid,
            "agent_id": agent_id,
            "private": private,
        }
        return str(self.perform("oauth_code", body)["code"])

    def tfa_code(self, userid: str) -> str:
        """Lets a member open the page of the second verification (二次验证), and returns the code."""
        return str(self.perform("tfa_code", {"userid": userid})["code"])

    def open_userid(self, userid: str, *, agent_id: int | None = None) -> str:
        """Returns the open_userid of a member, as another corp sees it."""
        return str(self.perform("open_userid", {"userid": userid, "agent_id": agent_id})["open_userid"])

    def event(
        self,
        event: str,
        elements: dict[str, Any] | None = None,
        *,
        agentid: int | None = None,
        sender: str | None = None,
    ) -> int:
        """Sends any event with the given elements, and returns the id of the delivery."""
        body = {"event": event, "elements": elements, "agentid": agentid, "from": sender}
        return int(self.perform("event", body)["id"])
