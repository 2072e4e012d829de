"""Every contacts call that wechatpy has, against `txl sim`.

Takes the simulator's ready line from TXL_SIM_READY, prints one line a call, and ends with 0 only if every answer is
what the simulated corp must give. wechatpy spells the wire in its own way (it sends `gender` as it is given and keys that
WeCom does not know); none of it is bent here, only the two addresses that it hard-codes.
"""

import io
import json
import os
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, HTTPServer

import xmltodict
from wechatpy.enterprise import WeChatClient
from wechatpy.enterprise.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatClientException

READY = json.loads(os.environ["TXL_SIM_READY"])
API = READY["url"] + "/cgi-bin/"
TOKEN = "ForeignToken01"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"

failed = 0


class Client(WeChatClient):
    """The SDK's client, pointed at the simulator."""

    API_BASE_URL = API

    def fetch_access_token(self):
        return self._fetch_access_token(
            url=API + "gettoken", params={"corpid": self.corp_id, "corpsecret": self.secret}
        )


def check(call, condition, seen=None):
    """Prints one line for a call and remembers a failure."""
    global failed
    if condition:
        print("ok", call)
    else:
        failed += 1
        print("FAILED", call, repr(seen))


def refused(call, code, action):
    """Expects a call to be refused with this errcode."""
    try:
        check(call, False, action())
    except WeChatClientException as refusal:
        check(call, refusal.errcode == code, refusal)


class Listener(BaseHTTPRequestHandler):
    """Receives callbacks and decrypts them with wechatpy's own crypto."""

    crypto = WeChatCrypto(TOKEN, AES_KEY, READY["corp_id"])
    events = []
    arrived = threading.Condition()

    def query(self):
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))

    def answer(self, body=b""):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        query = self.query()
        echo = self.crypto.check_signature(
            query["msg_signature"], query["timestamp"], query["nonce"], query["echostr"]
        )
        self.answer(echo if isinstance(echo, bytes) else echo.encode())

    def do_POST(self):
        query = self.query()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        message = self.crypto.decrypt_message(
            body, query["msg_signature"], query["timestamp"], query["nonce"]
        )
        with self.arrived:
            self.events.append(xmltodict.parse(message)["xml"])
            self.arrived.notify_all()
        self.answer()

    def log_message(self, *_):
        pass


def event(matches):
    """Waits, at most ten seconds, for an event."""
    with Listener.arrived:
        found = lambda: next((item for item in Listener.events if matches(item)), None)
        Listener.arrived.wait_for(found, timeout=10)
        return found()


def main():
    client = Client(READY["corp_id"], READY["contacts_secret"])
    user, department, tag, batch = client.user, client.department, client.tag, client.batch
    server = HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    callback = ("http://127.0.0.1:%d/wecom" % server.server_port, TOKEN, AES_KEY)

    made = department.create("外部测试部", parent_id=1, order=7)
    dept = made["id"]
    check("department.create", made["errmsg"].startswith("created") and dept > 1, made)
    check("department.update", department.update(dept, name="外部测试一部", order=8)["errcode"] == 0)
    listed = department.get()
    mine = [item for item in listed if item["id"] == dept]
    check("department.get", mine and mine[0]["name"] == "外部测试一部" and mine[0]["order"] == 8, mine)
    check("department.get(id)", [item["id"] for item in department.get(dept)] == [dept])
    refused("department.create twice", 60008, lambda: department.create("外部测试一部", parent_id=1))

    made = user.create("wp.chen", "陈外测", department=[dept], mobile="13900007001", email="wp.chen@example.com")
    check("user.create", made["errcode"] == 0, made)
    made = user.create("wp.zhou", "周外测", department=[dept], position="工程师", mobile="13900007002", gender="2")
    check("user.create (text gender)", made["errmsg"].startswith("created. Warning: wrong json format."), made)
    refused("user.create twice", 60102, lambda: user.create("WP.chen", "陈外测", [dept], mobile="13900007009"))
    refused("user.create, mobile taken", 60104, lambda: user.create("wp.x", "某", [dept], mobile="13900007001"))
    seen = user.get("wp.chen")
    check("user.get", seen["name"] == "陈外测" and seen["department"] == [dept] and seen["mobile"] == "13900007001", seen)
    check("user.update", user.update("wp.chen", position="主管", gender="1", enable=1)["errcode"] == 0)
    seen = user.get("wp.chen")
    check("user.get after update", seen["position"] == "主管" and seen["gender"] == "1" and seen["name"] == "陈外测", seen)
    refused("user.get, nobody", 60111, lambda: user.get("wp.nobody"))
    seen = user.list(dept)
    check("user.list", sorted(item["userid"] for item in seen) == ["wp.chen", "wp.zhou"], seen)
    seen = user.list(1, fetch_child=True, simple=True)
    check("user.list simple", {"wp.chen", "wp.zhou"} <= {item["userid"] for item in seen})
    check("department.get_users", len(department.get_users(dept)) == 2)
    check("department.get_map_users", department.get_map_users(dept).get("陈外测") == "wp.chen")
    seen = user.convert_to_openid("zhangsan")
    check("user.convert_to_openid", bool(seen["openid"]), seen)
    check("user.convert_to_user_id", user.convert_to_user_id(seen["openid"]) == "zhangsan")
    check("user.verify", user.verify("wp.chen")["errcode"] == 0)

    made = tag.create("外部测试组")
    tag_id = made["tagid"]
    check("tag.create", made["errcode"] == 0 and tag_id >= 0, made)
    check("tag.update", tag.update(tag_id, "外部测试二组")["errcode"] == 0)
    check("tag.list", {"tagid": tag_id, "tagname": "外部测试二组"} in tag.list())
    added = tag.add_users(tag_id, ["wp.chen", "ghost"])
    check("tag.add_users", added["invalidlist"] == "ghost", added)
    seen = tag.get_users(tag_id)
    check("tag.get_users", [item["userid"] for item in seen["userlist"]] == ["wp.chen"], seen)
    check("tag.delete_users", tag.delete_users(tag_id, ["wp.chen"])["errcode"] == 0)
    check("tag.delete", tag.delete(tag_id)["errcode"] == 0)

    invited = batch.invite(user=["wp.chen", "ghost"])
    check("batch.invite", invited["invaliduser"] == ["ghost"], invited)

    def upload(name, text):
        return client.media.upload("file", (name, io.BytesIO(text.encode("utf-8"))))

    def finished(call, job, kind):
        told = event(lambda item: item.get("BatchJob", {}).get("JobId") == job["jobid"])
        check(call + " calls back", told and told["BatchJob"]["JobType"] == kind and told["BatchJob"]["ErrCode"] == "0", told)
        return batch.get_result(job["jobid"])

    rows = "姓名,帐号,手机号,邮箱,所在部门,职位\n钱外测,wp.qian,13900007003,,%d,\n坏行,wp.bad,13900007001,,%d,\n" % (dept, dept)
    sheet = upload("members.csv", rows)
    check("media.upload", sheet["type"] == "file" and sheet["media_id"], sheet)
    done = finished("batch.sync_user", batch.sync_user(*callback, sheet["media_id"], to_invite=False), "sync_user")
    codes = {row["userid"]: row["errcode"] for row in done["result"]}
    check("batch.get_result", done["status"] == 3 and codes == {"wp.qian": 0, "wp.bad": 60104}, done)

    everyone = [item for item in user.list(1, fetch_child=True)]
    lines = ["姓名,帐号,手机号,邮箱,所在部门"]
    for item in everyone:
        places = ";".join(str(number) for number in item["department"])
        lines.append(",".join([item["name"], item["userid"], item.get("mobile", ""), item.get("email", ""), places]))
    sheet = upload("all.csv", "\n".join(lines) + "\n")
    done = finished("batch.replace_user", batch.replace_user(*callback, sheet["media_id"], to_invite=False), "replace_user")
    check("batch.replace_user keeps all", all(row["errcode"] == 0 for row in done["result"]), done)

    lines = ["部门名称,部门ID,父部门ID,排序"]
    lines += ["%s,%d,%d,0" % (item["name"], item["id"], item["parentid"]) for item in department.get()]
    sheet = upload("departments.csv", "\n".join(lines + ["外部新部门,7701,1,0"]) + "\n")
    done = finished("batch.replace_party", batch.replace_party(*callback, sheet["media_id"]), "replace_party")
    check("batch.replace_party creates", any(row["partyid"] == 7701 and row["action"] & 1 for row in done["result"]), done)

    check("misc.get_wechat_ips", len(client.misc.get_wechat_ips()) > 0)
    check("user.delete", user.delete("wp.qian")["errmsg"] == "deleted")
    check("user.batch_delete", user.batch_delete(["wp.chen", "wp.zhou"])["errcode"] == 0)
    check("department.delete", department.delete(dept)["errcode"] == 0)
    check("department.delete (new)", department.delete(7701)["errcode"] == 0)
    refused("department.delete, root", 60005, lambda: department.delete(1))
    refused("gettoken, wrong secret", 40001, lambda: Client(READY["corp_id"], "wrong").user.get("zhangsan"))
    server.shutdown()
    sys.exit(1 if failed else 0)


main()
