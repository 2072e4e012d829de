/** The JSON objects of the control surface. `docs/simulator.md` of the project describes them. */

/** Unix milliseconds of the simulator's clock. */
export type Millis = number;

/** The line that the simulator prints when it is ready: its URL and its credentials. */
export interface Ready {
  url: string;
  corp_id: string;
  contacts_secret: string;
  agent_id: number;
  app_secret: string;
  /** Token and EncodingAESKey of the callback URL that `--callback-url` sets. */
  callback: { token: string; aes_key: string };
}

/** A corp of the server. `control_url` is the URL of its control surface. */
export interface ServedCorp {
  corp_id: string;
  control_url: string;
  members: number;
  departments: number;
}

/** The settings of an added corp. Without `members` it has the small default contacts. */
export interface NewCorp {
  contacts_secret?: string;
  agent_id?: number;
  app_secret?: string;
  legacy?: boolean;
  members?: number;
  departments?: number;
  seed?: number;
  shape?: 'flat' | 'usual' | 'deep';
}

/** The version of a running simulator. */
export interface Health {
  ok: boolean;
  version: string;
}

/** The state in counts. */
export interface State {
  now: Millis;
  clock_runs: boolean;
  clock_speed: number;
  corp_id: string;
  corp_name: string;
  members: number;
  departments: number;
  tags: number;
  /** Equal for equal contacts. Absent for more than 20,000 members. */
  digest: string | null;
  credentials: CredentialState[];
  callbacks: CallbackState[];
  deliveries: number;
  deliveries_open: number;
  other_corps: string[];
}

/** The permissions of one secret. */
export interface CredentialState {
  /** `contacts` or `app 1000002`. */
  name: string;
  enabled: boolean;
  permission: 'edit' | 'read' | 'range';
  legacy: boolean;
  trusted_ips: string[];
}

/** One callback target. */
export interface CallbackState {
  to: string;
  url: string;
}

/** The numbers of objects after a seed. */
export interface Seeded {
  members: number;
  departments: number;
  tags: number;
}

/** The clock. `speed` is virtual seconds per real second, and 0 for a clock that does not run. */
export interface Clock {
  now: Millis;
  runs: boolean;
  speed: number;
}

/** The settings of jobs (异步任务): their duration in seconds, and the number and errcode of those that fail. */
export interface JobControl {
  seconds: number;
  fail_next: number;
  fail_errcode: number;
}

/** A snapshot, with its time and an estimate of its size in memory. */
export interface Snapshot {
  name: string;
  now: Millis;
  members: number;
  bytes: number;
}

/** One API request as received, with tokens and secrets masked. */
export interface Request {
  number: number;
  at: Millis;
  method: string;
  /** The path below `/cgi-bin/`. */
  path: string;
  /** Whether path and query were too long and are shortened. */
  cut: boolean;
  query: [string, string][];
  body: string | null;
  /** The errcode of the reply. `null` for a file, and if a fault replaced the reply. */
  errcode: number | null;
  /** The beginning of the reply, at most 2 KiB. `null` where `errcode` is `null`, and for a reply with a token. */
  reply: string | null;
  caller: string | null;
  executed: boolean;
  faults: Fault[];
  /** The fields that the endpoint did not read, for example misspelled ones. */
  unread: string[];
}

/** Selects requests. */
export interface RequestFilter {
  /** `contacts` or `app 1000002`. */
  caller?: string;
  errcode?: number;
  executed?: boolean;
  /** The earliest time. */
  since?: Millis;
  /** The number of a request; only later ones are selected. */
  after?: number;
  /** Whether the request has fields that the endpoint did not read. */
  has_unread?: boolean;
}

/** One call that changes the corp, or that submits a job. Equal writes have equal digests. */
export interface Write {
  number: number;
  at: Millis;
  endpoint: string;
  kind: 'member' | 'department' | 'tag' | 'job';
  ids: string[];
  digest: string;
  caller: string | null;
  executed: boolean;
  errcode: number | null;
}

/** The latest writes, oldest first. */
export interface WriteLog {
  writes: Write[];
  /** Number of writes that were selected. */
  matched: number;
  /** Number of older writes that the log no longer has. */
  dropped: number;
}

/** One callback, from its event to its last attempt. */
export interface Delivery {
  id: number;
  to: string;
  corp_id: string;
  url: string;
  event: string;
  /** The event before encryption. */
  xml: string;
  created_at: Millis;
  state: 'queued' | 'in_flight' | 'waiting' | 'held_back' | 'delivered' | 'given_up' | 'dropped';
  next_attempt_at: Millis | null;
  faults: DeliveryFault[];
  attempts: Attempt[];
}

/** One request to a callback URL. */
export interface Attempt {
  at: Millis;
  sent: 'genuine' | 'copy' | 'replay' | 'wrong_signature' | 'wrong_receive_id' | 'garbage';
  status: number | null;
  answer: string | null;
  milliseconds: number;
  error: string | null;
  hint: string | null;
}

/** The calls or deliveries that a rule applies to. Without it the rule always applies. */
export type When = { next: number } | { every: number; offset?: number };

/** Whether a fault applies before or after the call is executed. */
export type Moment = 'before' | 'after';

/** A fault of a call. */
export type Fault =
  /** The reply is this errcode. The call is not executed. */
  | { errcode: number }
  /** The reply is late, in real milliseconds. */
  | { latency: { ms: number; at?: Moment } }
  /** The connection is reset instead of a reply. */
  | { reset: Moment }
  /** The call is executed, and its reply ends after this number of bytes. */
  | { truncate: { bytes: number; chunked?: boolean } }
  /** The reply is an HTML page with a status of 400 to 599, as from a gateway. */
  | { page: { status: number; at?: Moment } }
  /** The token of the call becomes invalid early. */
  | { kill_token: 40014 | 42001 }
  /** 45009 for this call and all later calls of the endpoint, for seconds of the simulator's clock. */
  | { close: { seconds: number } }
  /** 45033 for a call that finds this number of calls of the endpoint running. Takes no `when`. */
  | { parallel: number };

/** A fault of a callback delivery. */
export type DeliveryFault =
  /** This number of copies follow at once. */
  | { duplicate: number }
  /** The delivery is sent after this number of later deliveries. */
  | { reorder: number }
  /** The delivery is late, in seconds of the simulator's clock. */
  | { delay: { seconds: number } }
  /** The delivery is never sent. */
  | 'drop'
  /** This number of first attempts are signed with a wrong token. */
  | { wrong_signature: number }
  /** This number of first attempts are encrypted for another corp. */
  | { wrong_receive_id: number }
  /** This number of first attempts have invalid bodies. */
  | { garbage: number }
  /** The same query and body are posted again after this time. */
  | { replay: { seconds: number } };

/** A rule for calls. */
export interface CallRule {
  /** An endpoint (`user/get`), a chapter (`user/*`) or all endpoints (`*`). */
  path: string;
  /** Limits the rule to one secret: `contacts` or `app 1000002`. */
  caller?: string;
  when?: When;
  fault: Fault;
}

/** A rule for callback deliveries. */
export interface DeliveryRule {
  /** An event (`change_contact/create_user`), its kinds (`change_contact/*`) or all events (`*`, the default). */
  event?: string;
  /** Limits the rule to one target: `contacts`, `app 1000002` or `import job`. */
  target?: string;
  when?: When;
  fault: DeliveryFault;
}

/** The number of calls or deliveries that matched a rule, and of those that it applied to. */
export interface Counters {
  seen: number;
  hits: number;
}

/** All rules. */
export interface FaultRules {
  calls?: CallRule[];
  deliveries?: DeliveryRule[];
}

/** All rules with their counters. */
export interface FaultState {
  calls: (CallRule & Counters)[];
  deliveries: (DeliveryRule & Counters)[];
}

/** Rate limits. `null` means no limit. */
export interface Rates {
  corp_per_minute: number | null;
  corp_per_hour: number | null;
  ip_per_minute: number | null;
  ip_per_hour: number | null;
  wrong_secrets_per_hour: number | null;
}

/** Switches for behaviour that is unverified, or recorded to differ from the official pages. */
export type Choices = Record<string, boolean>;

/** The settings of the contacts-sync secret (通讯录同步). */
export interface ContactsSettings {
  enabled: boolean;
  may_edit: boolean;
  legacy_ip: boolean;
  trusted_ips: string[];
}

/** A visible range (可见范围). */
export interface Range {
  departments?: number[];
  members?: string[];
  tags?: number[];
}

/** The settings of an app (自建应用). A new `agent_id` creates an app, which needs a `secret`. */
export interface AppSettings {
  agent_id: number;
  name: string;
  secret: string;
  enabled: boolean;
  before_2022: boolean;
  trusted_ips: string[];
  range: Range;
}

/** The settings of the corp. */
export interface Settings {
  /** The settings of 管理后台. */
  console: Record<string, unknown>;
  contacts: ContactsSettings;
  apps: AppSettings[];
}

/** Changed settings. Absent ones stay unchanged. */
export interface SettingsChange {
  console?: Record<string, unknown>;
  contacts?: Partial<ContactsSettings>;
  apps?: (Partial<AppSettings> & { agent_id: number })[];
}

/** The fields of a member, named as in `user/create`. */
export interface MemberFields {
  alias?: string;
  mobile?: string;
  email?: string;
  biz_mail?: string;
  department?: number[];
  order?: number[];
  is_leader_in_dept?: number[];
  main_department?: number;
  direct_leader?: string[];
  position?: string;
  gender?: '0' | '1' | '2';
  telephone?: string;
  address?: string;
  enable?: 0 | 1;
  avatar_mediaid?: string;
  extattr?: object;
  external_profile?: object;
  external_position?: string;
  to_invite?: boolean;
  /** Whether the member has logged in. */
  activated?: boolean;
}

/** A new member. Without a userid the system generates one. */
export interface NewMember extends MemberFields {
  name: string;
  userid?: string;
}

/** A changed member. Absent fields stay unchanged. */
export interface ChangedMember extends MemberFields {
  userid: string;
  name?: string;
  new_userid?: string;
}

/** The fields of a department, named as in `department/create`. */
export interface DepartmentFields {
  id?: number;
  name?: string;
  name_en?: string;
  parentid?: number;
  order?: number;
}

/** The callback URL of the contacts assistant (接收事件服务器), or of the app `agentid` (接收消息). */
export interface CallbackTarget {
  url: string;
  token: string;
  encodingaeskey: string;
  agentid?: number;
  /** Whether the receiver must answer the verification request. Defaults to true. */
  verify?: boolean;
}

/** A visit to a login page by a member (`userid`), or by a person from outside (`openid`). */
export interface Visit {
  userid?: string;
  openid?: string;
  external_userid?: string;
  agent_id?: number;
  /** Whether the person consents to sensitive fields (snsapi_privateinfo). */
  private?: boolean;
}

/** The members and departments that a tag did not take. */
export interface InvalidTagMembers {
  invalidlist: string[];
  invalidparty: number[];
}

/** Members and departments of a tag. */
export interface TagMembers {
  userlist?: string[];
  partylist?: number[];
}

/** All contacts of the corp at one moment, with all values. */
export interface Corp {
  departments: DumpedDepartment[];
  members: DumpedMember[];
  tags: DumpedTag[];
  digest: string;
}

/** One department with all values. The root has the id 1 and the parent 0. */
export interface DumpedDepartment {
  id: number;
  name: string;
  name_en: string;
  department_leader: string[];
  parentid: number;
  order: number;
}

/** One member with all values, as no credential sees them. */
export interface DumpedMember {
  userid: string;
  name: string;
  alias: string;
  mobile: string;
  email: string;
  biz_mail: string;
  biz_mail_alias: { item: string[] };
  department: number[];
  order: number[];
  is_leader_in_dept: number[];
  main_department: number;
  direct_leader: string[];
  position: string;
  gender: string;
  telephone: string;
  address: string;
  status: number;
  enable: number;
  avatar: string;
  thumb_avatar: string;
  qr_code: string;
  extattr: unknown;
  external_position: string;
  external_profile: unknown;
  created_at: Millis;
  invited: boolean;
  userid_generated: boolean;
  biz_mail_fixed: boolean;
}

/** One tag with all values. `owner` is `contacts`, `app 1000002` or `console`. */
export interface DumpedTag {
  tagid: number;
  tagname: string;
  userlist: string[];
  partylist: number[];
  owner: string;
}

/** A small corp of one's own. */
export interface CorpFile {
  departments?: FileDepartment[];
  members?: FileMember[];
  tags?: FileTag[];
}

/** A department of a corp file. The parent defaults to the root, which has the id 1. */
export interface FileDepartment {
  id: number;
  name: string;
  name_en?: string;
  parentid?: number;
  order?: number;
}

/** A member of a corp file. */
export interface FileMember {
  userid: string;
  name: string;
  alias?: string;
  mobile?: string;
  email?: string;
  biz_mail?: string;
  biz_mail_alias?: string[];
  department?: number[];
  order?: number[];
  is_leader_in_dept?: (0 | 1)[];
  main_department?: number;
  direct_leader?: string[];
  position?: string;
  gender?: number | string;
  telephone?: string;
  address?: string;
  /** 1 active (the default), 2 disabled, 4 not activated, 5 left. */
  status?: number;
  enable?: 0 | 1;
  /** Whether the member has a picture. */
  avatar?: boolean;
  extattr?: object;
  external_position?: string;
  external_profile?: object;
}

/** A tag of a corp file. */
export interface FileTag {
  tagid: number;
  tagname: string;
  userlist?: string[];
  partylist?: number[];
}
