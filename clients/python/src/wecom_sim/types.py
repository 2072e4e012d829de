"""The JSON objects of the control surface. `docs/simulator.md` of the project describes them."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

Millis = int
"""Unix milliseconds of the simulator's clock."""


Shape = Literal["flat", "usual", "deep"]
"""The depth of a generated department tree."""


class Callback(TypedDict):
    """Token and EncodingAESKey of the callback URL that `--callback-url` sets."""

    token: str
    aes_key: str


class Ready(TypedDict):
    """The line that the simulator prints when it is ready: its URL and its credentials."""

    url: str
    corp_id: str
    contacts_secret: str
    agent_id: int
    app_secret: str
    callback: Callback


class ServedCorp(TypedDict):
    """A corp of the server. `control_url` is the URL of its control surface."""

    corp_id: str
    control_url: str
    members: int
    departments: int


class NewCorp(TypedDict, total=False):
    """The settings of an added corp. Without `members` it has the small default contacts."""

    contacts_secret: str
    agent_id: int
    app_secret: str
    legacy: bool
    members: int
    departments: int
    seed: int
    shape: Shape


class Health(TypedDict):
    """The version of a running simulator."""

    ok: bool
    version: str


class CredentialState(TypedDict):
    """The permissions of one secret. `name` is `contacts` or `app 1000002`."""

    name: str
    enabled: bool
    permission: Literal["edit", "read", "range"]
    legacy: bool
    trusted_ips: list[str]


class CallbackState(TypedDict):
    """One callback target."""

    to: str
    url: str


class State(TypedDict):
    """The state in counts. `digest` is equal for equal contacts; it is absent for more than 20,000 members."""

    now: Millis
    clock_runs: bool
    clock_speed: float
    corp_id: str
    corp_name: str
    members: int
    departments: int
    tags: int
    digest: str | None
    credentials: list[CredentialState]
    callbacks: list[CallbackState]
    deliveries: int
    deliveries_open: int
    other_corps: list[str]


class Seeded(TypedDict):
    """The numbers of objects after a seed."""

    members: int
    departments: int
    tags: int


class Clock(TypedDict):
    """The clock. `speed` is virtual seconds per real second, and 0 for a clock that does not run."""

    now: Millis
    runs: bool
    speed: float


class JobControl(TypedDict, total=False):
    """The settings of jobs (异步任务): their duration in seconds, and the number and errcode of those that fail."""

    seconds: float
    fail_next: int
    fail_errcode: int


class Snapshot(TypedDict):
    """A snapshot, with its time and an estimate of its size in memory."""

    name: str
    now: Millis
    members: int
    bytes: int


class Request(TypedDict):
    """One API request as received, with tokens and secrets masked.

    `errcode` is `None` for a file, and if a fault replaced the reply. `reply` is the beginning of the reply, at most
    2 KiB, and also `None` for a reply with a token. `unread` has the fields that the endpoint did not read, for example
    misspelled ones.
    """

    number: int
    at: Millis
    method: str
    path: str
    cut: bool
    query: list[tuple[str, str]]
    body: str | None
    errcode: int | None
    reply: str | None
    caller: str | None
    executed: bool
    faults: list[Fault]
    unread: list[str]


class RequestFilter(TypedDict, total=False):
    """Selects requests: by caller, errcode, execution, time (Unix milliseconds), number, and fields that no endpoint read."""

    caller: str
    errcode: int
    executed: bool
    since: Millis
    after: int
    has_unread: bool


class Write(TypedDict):
    """One call that changes the corp, or that submits a job. Equal writes have equal digests."""

    number: int
    at: Millis
    endpoint: str
    kind: Literal["member", "department", "tag", "job"]
    ids: list[str]
    digest: str
    caller: str | None
    executed: bool
    errcode: int | None


class WriteLog(TypedDict):
    """The latest writes, oldest first.

    `matched` counts all that were selected, and `dropped` the older ones that the log no longer has.
    """

    writes: list[Write]
    matched: int
    dropped: int


class Attempt(TypedDict):
    """One request to a callback URL."""

    at: Millis
    sent: Literal["genuine", "copy", "replay", "wrong_signature", "wrong_receive_id", "garbage"]
    status: int | None
    answer: str | None
    milliseconds: int
    error: str | None
    hint: str | None


class Delivery(TypedDict):
    """One callback, from its event to its last attempt. `xml` is the event before encryption."""

    id: int
    to: str
    corp_id: str
    url: str
    event: str
    xml: str
    created_at: Millis
    state: Literal["queued", "in_flight", "waiting", "held_back", "delivered", "given_up", "dropped"]
    next_attempt_at: Millis | None
    faults: list[DeliveryFault]
    attempts: list[Attempt]


class When(TypedDict, total=False):
    """The calls or deliveries that a rule applies to: the next N, or every Kth shifted by an offset."""

    next: int
    every: int
    offset: int


Moment = Literal["before", "after"]
"""Whether a fault applies before or after the call is executed."""


class ErrcodeFault(TypedDict):
    """The reply is this errcode. The call is not executed."""

    errcode: int


class Latency(TypedDict):
    """A delay in real milliseconds, before the execution by default."""

    ms: int
    at: NotRequired[Moment]


class LatencyFault(TypedDict):
    """The reply is late."""

    latency: Latency


class ResetFault(TypedDict):
    """The connection is reset instead of a reply."""

    reset: Moment


class Truncate(TypedDict):
    """The number of bytes of the body that are sent."""

    bytes: int
    chunked: NotRequired[bool]


class TruncateFault(TypedDict):
    """The call is executed, and its reply ends early."""

    truncate: Truncate


class Page(TypedDict):
    """An HTTP status of 400 to 599."""

    status: int
    at: NotRequired[Moment]


class PageFault(TypedDict):
    """The reply is an HTML page, as from a gateway."""

    page: Page


class KillTokenFault(TypedDict):
    """The token of the call becomes invalid early."""

    kill_token: Literal[40014, 42001]


class Close(TypedDict):
    """Seconds of the simulator's clock."""

    seconds: int


class CloseFault(TypedDict):
    """45009 for this call and all later calls of the endpoint, for some time."""

    close: Close


class ParallelFault(TypedDict):
    """45033 for a call that finds this number of calls of the endpoint running. Takes no `when`."""

    parallel: int


Fault = (
    ErrcodeFault
    | LatencyFault
    | ResetFault
    | TruncateFault
    | PageFault
    | KillTokenFault
    | CloseFault
    | ParallelFault
)
"""A fault of a call."""


class DuplicateFault(TypedDict):
    """This number of copies follow at once."""

    duplicate: int


class ReorderFault(TypedDict):
    """The delivery is sent after this number of later deliveries."""

    reorder: int


class Delay(TypedDict):
    """Seconds of the simulator's clock."""

    seconds: int


class DelayFault(TypedDict):
    """The delivery is late."""

    delay: Delay


class WrongSignatureFault(TypedDict):
    """This number of first attempts are signed with a wrong token."""

    wrong_signature: int


class WrongReceiveIdFault(TypedDict):
    """This number of first attempts are encrypted for another corp."""

    wrong_receive_id: int


class GarbageFault(TypedDict):
    """This number of first attempts have invalid bodies."""

    garbage: int


class ReplayFault(TypedDict):
    """The same query and body are posted again after this time."""

    replay: Delay


DeliveryFault = (
    DuplicateFault
    | ReorderFault
    | DelayFault
    | Literal["drop"]
    | WrongSignatureFault
    | WrongReceiveIdFault
    | GarbageFault
    | ReplayFault
)
"""A fault of a callback delivery."""


class CallRule(TypedDict):
    """A rule for calls of an endpoint (`user/get`), a chapter (`user/*`) or all endpoints (`*`)."""

    path: str
    caller: NotRequired[str]
    when: NotRequired[When]
    fault: Fault


class DeliveryRule(TypedDict):
    """A rule for deliveries of an event (`change_contact/create_user`), its kinds (`change_contact/*`) or all (`*`)."""

    event: NotRequired[str]
    target: NotRequired[str]
    when: NotRequired[When]
    fault: DeliveryFault


class CallRuleState(CallRule):
    """A rule with the number of calls that matched it, and of calls that it applied to."""

    seen: int
    hits: int


class DeliveryRuleState(DeliveryRule):
    """A rule with the number of deliveries that matched it, and of deliveries that it applied to."""

    seen: int
    hits: int


class FaultRules(TypedDict, total=False):
    """All rules."""

    calls: list[CallRule]
    deliveries: list[DeliveryRule]


class FaultState(TypedDict):
    """All rules with their counters."""

    calls: list[CallRuleState]
    deliveries: list[DeliveryRuleState]


class Rates(TypedDict, total=False):
    """Rate limits. `None` means no limit."""

    corp_per_minute: int | None
    corp_per_hour: int | None
    ip_per_minute: int | None
    ip_per_hour: int | None
    wrong_secrets_per_hour: int | None


class ContactsSettings(TypedDict, total=False):
    """The settings of the contacts-sync secret (通讯录同步)."""

    enabled: bool
    may_edit: bool
    legacy_ip: bool
    trusted_ips: list[str]


class Range(TypedDict, total=False):
    """A visible range (可见范围)."""

    departments: list[int]
    members: list[str]
    tags: list[int]


class AppSettings(TypedDict, total=False):
    """The settings of an app (自建应用). A new `agent_id` creates an app, which needs a `secret`."""

    agent_id: int
    name: str
    secret: str
    enabled: bool
    before_2022: bool
    trusted_ips: list[str]
    range: Range


class Settings(TypedDict, total=False):
    """The settings of the corp. `console` has the settings of 管理后台."""

    console: dict[str, Any]
    contacts: ContactsSettings
    apps: list[AppSettings]


class MemberFields(TypedDict, total=False):
    """The fields of a member, named as in `user/create`. `activated` means that the member has logged in."""

    alias: str
    mobile: str
    email: str
    biz_mail: str
    department: list[int]
    order: list[int]
    is_leader_in_dept: list[int]
    main_department: int
    direct_leader: list[str]
    position: str
    gender: str
    telephone: str
    address: str
    enable: int
    avatar_mediaid: str
    extattr: dict[str, Any]
    external_profile: dict[str, Any]
    external_position: str
    to_invite: bool
    activated: bool


class NewMemberFields(MemberFields, total=False):
    """The fields of a new member except the name. Without a `userid` the system generates one."""

    userid: str


class ChangedMemberFields(MemberFields, total=False):
    """The fields of a changed member except the userid."""

    name: str
    new_userid: str


class InvalidTagMembers(TypedDict):
    """The members and departments that a tag did not take."""

    invalidlist: list[str]
    invalidparty: list[int]


class DumpedMember(TypedDict):
    """One member with all values, as no credential sees them."""

    userid: str
    name: str
    alias: str
    mobile: str
    email: str
    biz_mail: str
    biz_mail_alias: dict[str, list[str]]
    department: list[int]
    order: list[int]
    is_leader_in_dept: list[int]
    main_department: int
    direct_leader: list[str]
    position: str
    gender: str
    telephone: str
    address: str
    status: int
    enable: int
    avatar: str
    thumb_avatar: str
    qr_code: str
    extattr: dict[str, Any]
    external_position: str
    external_profile: dict[str, Any]
    created_at: Millis
    invited: bool
    userid_generated: bool
    biz_mail_fixed: bool


class DumpedDepartment(TypedDict):
    """One department with all values. The root has the id 1 and the parent 0."""

    id: int
    name: str
    name_en: str
    department_leader: list[str]
    parentid: int
    order: int


class DumpedTag(TypedDict):
    """One tag with all values. `owner` is `contacts`, `app 1000002` or `console`."""

    tagid: int
    tagname: str
    userlist: list[str]
    partylist: list[int]
    owner: str


class Corp(TypedDict):
    """All contacts of the corp at one moment."""

    departments: list[DumpedDepartment]
    members: list[DumpedMember]
    tags: list[DumpedTag]
    digest: str


class FileDepartment(TypedDict):
    """A department of a corp file. The parent defaults to the root, which has the id 1."""

    id: int
    name: str
    name_en: NotRequired[str]
    parentid: NotRequired[int]
    order: NotRequired[int]


class FileMember(TypedDict):
    """A member of a corp file. `status` is 1 active (the default), 2 disabled, 4 not activated, 5 left."""

    userid: str
    name: str
    alias: NotRequired[str]
    mobile: NotRequired[str]
    email: NotRequired[str]
    biz_mail: NotRequired[str]
    biz_mail_alias: NotRequired[list[str]]
    department: NotRequired[list[int]]
    order: NotRequired[list[int]]
    is_leader_in_dept: NotRequired[list[int]]
    main_department: NotRequired[int]
    direct_leader: NotRequired[list[str]]
    position: NotRequired[str]
    gender: NotRequired[str | int]
    telephone: NotRequired[str]
    address: NotRequired[str]
    status: NotRequired[int]
    enable: NotRequired[int]
    avatar: NotRequired[bool]
    extattr: NotRequired[dict[str, Any]]
    external_position: NotRequired[str]
    external_profile: NotRequired[dict[str, Any]]


class FileTag(TypedDict):
    """A tag of a corp file."""

    tagid: int
    tagname: str
    userlist: NotRequired[list[str]]
    partylist: NotRequired[list[int]]


class CorpFile(TypedDict, total=False):
    """A small corp of one's own."""

    departments: list[FileDepartment]
    members: list[FileMember]
    tags: list[FileTag]
