package wecomsim

import (
	"encoding/json"
	"time"
)

// Millis is a time in Unix milliseconds of the simulator's clock.
type Millis int64

// Time returns the time.
func (m Millis) Time() time.Time { return time.UnixMilli(int64(m)) }

// Ready is the line that the simulator prints when it is ready: its URL and its credentials.
type Ready struct {
	// URL replaces https://qyapi.weixin.qq.com.
	URL string `json:"url"`
	// CorpID is the corp's id (企业ID).
	CorpID string `json:"corp_id"`
	// ContactsSecret is the contacts-sync secret (通讯录同步).
	ContactsSecret string `json:"contacts_secret"`
	// AgentID is the app's id (应用 agentid).
	AgentID int `json:"agent_id"`
	// AppSecret is the app's secret (自建应用).
	AppSecret string `json:"app_secret"`
	// Callback has the Token and EncodingAESKey of the callback URL that --callback-url sets.
	Callback struct {
		Token  string `json:"token"`
		AESKey string `json:"aes_key"`
	} `json:"callback"`
}

// ServedCorp is a corp of the server. ControlURL is the URL of its control surface.
type ServedCorp struct {
	CorpID      string `json:"corp_id"`
	ControlURL  string `json:"control_url"`
	Members     int    `json:"members"`
	Departments int    `json:"departments"`
}

// Health has the version of a running simulator.
type Health struct {
	OK      bool   `json:"ok"`
	Version string `json:"version"`
}

// State is the state in counts.
type State struct {
	Now         Millis  `json:"now"`
	ClockRuns   bool    `json:"clock_runs"`
	ClockSpeed  float64 `json:"clock_speed"`
	CorpID      string  `json:"corp_id"`
	CorpName    string  `json:"corp_name"`
	Members     int     `json:"members"`
	Departments int     `json:"departments"`
	Tags        int     `json:"tags"`
	// Digest is equal for equal contacts. It is nil for more than 20,000 members, except if it was asked for.
	Digest         *string           `json:"digest"`
	Credentials    []CredentialState `json:"credentials"`
	Callbacks      []CallbackState   `json:"callbacks"`
	Deliveries     int               `json:"deliveries"`
	DeliveriesOpen int               `json:"deliveries_open"`
	OtherCorps     []string          `json:"other_corps"`
}

// CredentialState has the permissions of one secret.
type CredentialState struct {
	// Name is "contacts" or "app 1000002".
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
	// Permission is "edit" or "read"; for an app "range".
	Permission string   `json:"permission"`
	Legacy     bool     `json:"legacy"`
	TrustedIPs []string `json:"trusted_ips"`
}

// CallbackState is one callback target.
type CallbackState struct {
	To  string `json:"to"`
	URL string `json:"url"`
}

// Seeded has the numbers of objects after a seed.
type Seeded struct {
	Members     int `json:"members"`
	Departments int `json:"departments"`
	Tags        int `json:"tags"`
}

// Clock is the clock. Speed is virtual seconds per real second, and 0 for a clock that does not run.
type Clock struct {
	Now   Millis  `json:"now"`
	Runs  bool    `json:"runs"`
	Speed float64 `json:"speed"`
}

// JobControl has the settings of jobs (异步任务). A zero field stays unchanged in SetJobs.
type JobControl struct {
	// Seconds is the duration of a job.
	Seconds float64 `json:"seconds,omitempty"`
	// FailNext is the number of next jobs that fail.
	FailNext int `json:"fail_next,omitempty"`
	// FailErrcode is the errcode of the failure.
	FailErrcode int `json:"fail_errcode,omitempty"`
}

// Snapshot is a snapshot, with its time and an estimate of its size in memory.
type Snapshot struct {
	Name    string `json:"name"`
	Now     Millis `json:"now"`
	Members int    `json:"members"`
	Bytes   uint64 `json:"bytes"`
}

// Request is one API request as received, with tokens and secrets masked.
type Request struct {
	Number uint64 `json:"number"`
	At     Millis `json:"at"`
	Method string `json:"method"`
	// Path is the path below /cgi-bin/.
	Path string `json:"path"`
	// Cut reports whether path and query were too long and are shortened.
	Cut bool `json:"cut"`
	// Query has the names and values in their order.
	Query [][2]string `json:"query"`
	Body  *string     `json:"body"`
	// Errcode is that of the reply. It is nil for a file, and if a fault replaced the reply.
	Errcode *int `json:"errcode"`
	// Reply is the beginning of the reply, at most 2 KiB. It is nil where Errcode is nil, and for a reply with a token.
	Reply    *string `json:"reply"`
	Caller   *string `json:"caller"`
	Executed bool    `json:"executed"`
	Faults   []Fault `json:"faults"`
	// Unread has the fields that the endpoint did not read, for example misspelled ones.
	Unread []string `json:"unread"`
}

// Write is one call that changes the corp, or that submits a job. Equal writes have equal digests.
type Write struct {
	Number   uint64 `json:"number"`
	At       Millis `json:"at"`
	Endpoint string `json:"endpoint"`
	// Kind is "member", "department", "tag" or "job".
	Kind     string   `json:"kind"`
	IDs      []string `json:"ids"`
	Digest   string   `json:"digest"`
	Caller   *string  `json:"caller"`
	Executed bool     `json:"executed"`
	Errcode  *int     `json:"errcode"`
}

// WriteLog has the latest writes, oldest first.
type WriteLog struct {
	Writes []Write `json:"writes"`
	// Matched is the number of writes that were selected.
	Matched int `json:"matched"`
	// Dropped is the number of older writes that the log no longer has.
	Dropped uint64 `json:"dropped"`
}

// Delivery is one callback, from its event to its last attempt.
type Delivery struct {
	ID     uint64 `json:"id"`
	To     string `json:"to"`
	CorpID string `json:"corp_id"`
	URL    string `json:"url"`
	Event  string `json:"event"`
	// XML is the event before encryption.
	XML       string `json:"xml"`
	CreatedAt Millis `json:"created_at"`
	// State is "queued", "in_flight", "waiting", "held_back", "delivered", "given_up" or "dropped".
	State         string          `json:"state"`
	NextAttemptAt *Millis         `json:"next_attempt_at"`
	Faults        []DeliveryFault `json:"faults"`
	Attempts      []Attempt       `json:"attempts"`
}

// Attempt is one request to a callback URL.
type Attempt struct {
	At Millis `json:"at"`
	// Sent is "genuine", "copy", "replay", "wrong_signature", "wrong_receive_id" or "garbage".
	Sent         string  `json:"sent"`
	Status       *int    `json:"status"`
	Answer       *string `json:"answer"`
	Milliseconds uint64  `json:"milliseconds"`
	Error        *string `json:"error"`
	Hint         *string `json:"hint"`
}

// Rates has the rate limits. A nil limit is none.
type Rates struct {
	CorpPerMinute       *int `json:"corp_per_minute"`
	CorpPerHour         *int `json:"corp_per_hour"`
	IPPerMinute         *int `json:"ip_per_minute"`
	IPPerHour           *int `json:"ip_per_hour"`
	WrongSecretsPerHour *int `json:"wrong_secrets_per_hour"`
}

// Settings has the settings of the corp.
type Settings struct {
	// Console has the settings of 管理后台.
	Console  map[string]any   `json:"console"`
	Contacts ContactsSettings `json:"contacts"`
	Apps     []AppSettings    `json:"apps"`
}

// ContactsSettings has the settings of the contacts-sync secret (通讯录同步).
type ContactsSettings struct {
	Enabled    bool     `json:"enabled"`
	MayEdit    bool     `json:"may_edit"`
	LegacyIP   bool     `json:"legacy_ip"`
	TrustedIPs []string `json:"trusted_ips,omitzero"`
}

// SettingsChange has changed settings. Nil parts stay unchanged, and so do apps that are absent.
type SettingsChange struct {
	Console  map[string]any    `json:"console,omitzero"`
	Contacts *ContactsSettings `json:"contacts,omitzero"`
	// Apps with a new AgentID are created.
	Apps []AppSettings `json:"apps,omitzero"`
}

// AppSettings has the settings of an app (自建应用).
type AppSettings struct {
	AgentID    int      `json:"agent_id"`
	Name       string   `json:"name"`
	Secret     string   `json:"secret"`
	Enabled    bool     `json:"enabled"`
	Before2022 bool     `json:"before_2022"`
	TrustedIPs []string `json:"trusted_ips,omitzero"`
	Range      Range    `json:"range"`
}

// Range is a visible range (可见范围).
type Range struct {
	Departments []int    `json:"departments,omitzero"`
	Members     []string `json:"members,omitzero"`
	Tags        []int    `json:"tags,omitzero"`
}

// Corp has all contacts of the corp at one moment, with all values.
type Corp struct {
	Departments []DumpedDepartment
	Members     []DumpedMember
	Tags        []DumpedTag
	Digest      string
}

// DumpedDepartment is one department with all values. The root has the id 1 and the parent 0.
type DumpedDepartment struct {
	ID               int      `json:"id"`
	Name             string   `json:"name"`
	NameEn           string   `json:"name_en"`
	DepartmentLeader []string `json:"department_leader"`
	ParentID         int      `json:"parentid"`
	Order            int      `json:"order"`
}

// DumpedMember is one member with all values, as no credential sees them.
type DumpedMember struct {
	UserID       string `json:"userid"`
	Name         string `json:"name"`
	Alias        string `json:"alias"`
	Mobile       string `json:"mobile"`
	Email        string `json:"email"`
	BizMail      string `json:"biz_mail"`
	BizMailAlias struct {
		Item []string `json:"item"`
	} `json:"biz_mail_alias"`
	Department       []int           `json:"department"`
	Order            []int           `json:"order"`
	IsLeaderInDept   []int           `json:"is_leader_in_dept"`
	MainDepartment   int             `json:"main_department"`
	DirectLeader     []string        `json:"direct_leader"`
	Position         string          `json:"position"`
	Gender           string          `json:"gender"`
	Telephone        string          `json:"telephone"`
	Address          string          `json:"address"`
	Status           int             `json:"status"`
	Enable           int             `json:"enable"`
	Avatar           string          `json:"avatar"`
	ThumbAvatar      string          `json:"thumb_avatar"`
	QRCode           string          `json:"qr_code"`
	Extattr          json.RawMessage `json:"extattr"`
	ExternalPosition string          `json:"external_position"`
	ExternalProfile  json.RawMessage `json:"external_profile"`
	CreatedAt        Millis          `json:"created_at"`
	Invited          bool            `json:"invited"`
	UserIDGenerated  bool            `json:"userid_generated"`
	BizMailFixed     bool            `json:"biz_mail_fixed"`
}

// DumpedTag is one tag with all values. Owner is "contacts", "app 1000002" or "console".
type DumpedTag struct {
	TagID     int      `json:"tagid"`
	TagName   string   `json:"tagname"`
	UserList  []string `json:"userlist"`
	PartyList []int    `json:"partylist"`
	Owner     string   `json:"owner"`
}

// CorpFile is a small corp of one's own.
type CorpFile struct {
	Departments []FileDepartment `json:"departments,omitzero"`
	Members     []FileMember     `json:"members,omitzero"`
	Tags        []FileTag        `json:"tags,omitzero"`
}

// FileDepartment is a department of a corp file. The parent defaults to the root, which has the id 1.
type FileDepartment struct {
	ID       int     `json:"id"`
	Name     string  `json:"name"`
	NameEn   *string `json:"name_en,omitempty"`
	ParentID *int    `json:"parentid,omitempty"`
	Order    *int    `json:"order,omitempty"`
}

// FileMember is a member of a corp file. Nil fields have their defaults.
type FileMember struct {
	UserID         string          `json:"userid"`
	Name           string          `json:"name"`
	Alias          *string         `json:"alias,omitempty"`
	Mobile         *string         `json:"mobile,omitempty"`
	Email          *string         `json:"email,omitempty"`
	BizMail        *string         `json:"biz_mail,omitempty"`
	BizMailAlias   []string        `json:"biz_mail_alias,omitzero"`
	Department     []int           `json:"department,omitzero"`
	Order          []int           `json:"order,omitzero"`
	IsLeaderInDept []int           `json:"is_leader_in_dept,omitzero"`
	MainDepartment *int            `json:"main_department,omitempty"`
	DirectLeader   []string        `json:"direct_leader,omitzero"`
	Position       *string         `json:"position,omitempty"`
	Gender         json.RawMessage `json:"gender,omitempty"`
	Telephone      *string         `json:"telephone,omitempty"`
	Address        *string         `json:"address,omitempty"`
	// Status is 1 active (the default), 2 disabled, 4 not activated, 5 left.
	Status *int `json:"status,omitempty"`
	Enable *int `json:"enable,omitempty"`
	// Avatar reports whether the member has a picture.
	Avatar           *bool           `json:"avatar,omitempty"`
	Extattr          json.RawMessage `json:"extattr,omitempty"`
	ExternalPosition *string         `json:"external_position,omitempty"`
	ExternalProfile  json.RawMessage `json:"external_profile,omitempty"`
}

// FileTag is a tag of a corp file.
type FileTag struct {
	TagID     int      `json:"tagid"`
	TagName   string   `json:"tagname"`
	UserList  []string `json:"userlist,omitzero"`
	PartyList []int    `json:"partylist,omitzero"`
}
