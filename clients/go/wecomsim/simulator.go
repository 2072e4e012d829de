package wecomsim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Simulator is a running simulator: its connection data and its control surface. Goroutines can share it.
//
// A refused request returns a [*ControlError].
type Simulator struct {
	Ready
	// Console does what an administrator does in 管理后台.
	Console *Console

	transport *transport
}

// Connect returns the control client of a simulator that already runs.
func Connect(ready Ready) *Simulator {
	return connect(ready, "/_sim")
}

func connect(ready Ready, root string) *Simulator {
	transport := newTransport(ready.URL, root)
	return &Simulator{Ready: ready, Console: &Console{transport}, transport: transport}
}

// Health returns the version of the simulator.
func (s *Simulator) Health(ctx context.Context) (Health, error) {
	return exchange[Health](ctx, s.transport, call{method: http.MethodGet, path: "/_sim/healthz"})
}

// Reset restores the contacts, settings, faults and limits of the start, and empties the logs. The clock continues.
func (s *Simulator) Reset(ctx context.Context) error {
	_, err := s.transport.send(ctx, call{method: http.MethodPost, path: "/_sim/reset"})
	return err
}

// Seed describes generated contacts. Equal seeds give equal contacts.
type Seed struct {
	Members     int    `json:"members"`
	Departments int    `json:"departments"`
	Seed        uint64 `json:"seed"`
	// Shape is the depth of the department tree: "flat", "usual" (the default) or "deep".
	Shape string `json:"shape,omitempty"`
	// ClearFirst removes the old contacts before the new ones exist, which saves memory.
	ClearFirst bool `json:"clear_first"`
}

// Seed replaces all contacts with generated ones. Departments defaults to one for every twenty members.
func (s *Simulator) Seed(ctx context.Context, seed Seed) (Seeded, error) {
	if seed.Departments == 0 {
		seed.Departments = seed.Members/20 + 1
	}
	return exchange[Seeded](ctx, s.transport, call{method: http.MethodPost, path: "/_sim/seed", body: seed})
}

// State returns counts, permissions and callback targets. The digest of a corp of more than 20,000 members is absent.
func (s *Simulator) State(ctx context.Context) (State, error) {
	return exchange[State](ctx, s.transport, call{method: http.MethodGet, path: "/_sim/state"})
}

// Digest returns the digest of the contacts. Corps with the same contacts have the same digest.
func (s *Simulator) Digest(ctx context.Context) (string, error) {
	query := url.Values{"digest": {"true"}}
	state, err := exchange[State](ctx, s.transport, call{method: http.MethodGet, path: "/_sim/state", query: query})
	if err != nil {
		return "", err
	}
	if state.Digest == nil {
		return "", errors.New("wecomsim: the state has no digest")
	}
	return *state.Digest, nil
}

// Corp returns all contacts with all values, including those that no credential sees.
func (s *Simulator) Corp(ctx context.Context) (Corp, error) {
	var corp Corp
	data, err := s.transport.send(ctx, call{method: http.MethodGet, path: "/_sim/corp"})
	if err != nil {
		return corp, err
	}
	for line := range bytes.Lines(data) {
		var kind struct{ Kind, Digest string }
		if err := json.Unmarshal(line, &kind); err != nil {
			return corp, fmt.Errorf("wecomsim: a line of the dump: %w", err)
		}
		switch kind.Kind {
		case "department":
			err = add(&corp.Departments, line)
		case "member":
			err = add(&corp.Members, line)
		case "tag":
			err = add(&corp.Tags, line)
		case "end":
			corp.Digest = kind.Digest
			return corp, nil
		}
		if err != nil {
			return corp, fmt.Errorf("wecomsim: a %s of the dump: %w", kind.Kind, err)
		}
	}
	return corp, errors.New("wecomsim: the dump of the corp is incomplete: its last line is missing")
}

func add[T any](list *[]T, line []byte) error {
	var item T
	err := json.Unmarshal(line, &item)
	*list = append(*list, item)
	return err
}

// SeedCorp replaces all contacts with these. CorpFile returns the present ones in the same form.
func (s *Simulator) SeedCorp(ctx context.Context, corp CorpFile) (Seeded, error) {
	return exchange[Seeded](ctx, s.transport, call{method: http.MethodPost, path: "/_sim/seed", body: corp})
}

// CorpFile returns all contacts in the form of SeedCorp, for a corp of at most 20,000 members.
func (s *Simulator) CorpFile(ctx context.Context) (CorpFile, error) {
	return exchange[CorpFile](ctx, s.transport, call{method: http.MethodGet, path: "/_sim/seed"})
}

// Clock returns the time and the speed of the clock.
func (s *Simulator) Clock(ctx context.Context) (Clock, error) {
	return exchange[Clock](ctx, s.transport, call{method: http.MethodGet, path: "/_sim/clock"})
}

// Freeze stops the clock at its present time, which it returns. From then on it moves only by Advance and SetClock.
func (s *Simulator) Freeze(ctx context.Context) (time.Time, error) {
	return s.moveClock(ctx, "freeze", struct{}{})
}

// FreezeAt stops the clock at a time.
func (s *Simulator) FreezeAt(ctx context.Context, at time.Time) (time.Time, error) {
	return s.moveClock(ctx, "freeze", map[string]int64{"at": at.UnixMilli()})
}

// RunClock lets the clock run from its present time, with this number of virtual seconds per real second.
func (s *Simulator) RunClock(ctx context.Context, speed float64) (time.Time, error) {
	return s.moveClock(ctx, "run", map[string]float64{"speed": speed})
}

// SetClock moves the clock to a time, forward or back.
func (s *Simulator) SetClock(ctx context.Context, at time.Time) (time.Time, error) {
	return s.moveClock(ctx, "set", map[string]int64{"at": at.UnixMilli()})
}

// Advance moves the clock forward and returns the new time.
func (s *Simulator) Advance(ctx context.Context, by time.Duration) (time.Time, error) {
	return s.moveClock(ctx, "advance", map[string]float64{"seconds": by.Seconds()})
}

func (s *Simulator) moveClock(ctx context.Context, action string, body any) (time.Time, error) {
	clock, err := exchange[Clock](ctx, s.transport,
		call{method: http.MethodPost, path: "/_sim/clock/" + action, body: body})
	return clock.Now.Time(), err
}

// Jobs returns the duration and the failures of jobs (异步任务).
func (s *Simulator) Jobs(ctx context.Context) (JobControl, error) {
	return exchange[JobControl](ctx, s.transport, call{method: http.MethodGet, path: "/_sim/jobs"})
}

// SetJobs changes the settings of imports and exports that are submitted later.
func (s *Simulator) SetJobs(ctx context.Context, jobs JobControl) (JobControl, error) {
	return exchange[JobControl](ctx, s.transport, call{method: http.MethodPut, path: "/_sim/jobs", body: jobs})
}

// NewCorp has the settings of an added corp. The zero value of a field is its default.
type NewCorp struct {
	// CorpID has 1 to 64 letters, digits, - and _.
	CorpID         string `json:"corp_id"`
	ContactsSecret string `json:"contacts_secret,omitempty"`
	AgentID        int    `json:"agent_id,omitempty"`
	AppSecret      string `json:"app_secret,omitempty"`
	// Legacy gives both secrets the permissions from before 2022.
	Legacy bool `json:"legacy,omitempty"`
	// Members is the number of generated members. Without it the corp has the small default contacts.
	Members     int    `json:"members,omitempty"`
	Departments int    `json:"departments,omitempty"`
	Seed        uint64 `json:"seed,omitempty"`
	// Shape is the depth of the department tree: "flat", "usual" (the default) or "deep".
	Shape string `json:"shape,omitempty"`
}

// AddCorp adds a corp to the server and returns its own control client.
//
// All corps of a server have the same URL: a call belongs to the corp of its token.
func (s *Simulator) AddCorp(ctx context.Context, corp NewCorp) (*Simulator, error) {
	type access struct {
		Ready
		ControlURL string `json:"control_url"`
	}
	added, err := exchange[access](ctx, s.transport, call{method: http.MethodPost, path: "/_sim/corps", body: corp})
	if err != nil {
		return nil, err
	}
	control, err := url.Parse(added.ControlURL)
	if err != nil {
		return nil, fmt.Errorf("wecomsim: %w", err)
	}
	added.Callback = s.Callback
	return connect(added.Ready, strings.TrimSuffix(control.Path, "/")), nil
}

// Corps returns the corps of the server, the first one first.
func (s *Simulator) Corps(ctx context.Context) ([]ServedCorp, error) {
	reply, err := exchange[struct{ Corps []ServedCorp }](ctx, s.transport,
		call{method: http.MethodGet, path: "/_sim/corps"})
	return reply.Corps, err
}

// RemoveCorp removes an added corp with its state and its tokens.
func (s *Simulator) RemoveCorp(ctx context.Context, corpID string) error {
	_, err := s.transport.send(ctx, call{method: http.MethodDelete, path: "/_sim/corps/{corp_id}", place: corpID})
	return err
}

// Snapshot takes a snapshot of the corp, the clock, tokens, jobs, deliveries, fault rules and rate limits.
//
// The name has 1 to 64 lower-case letters, digits and hyphens. A snapshot of the same name is replaced.
func (s *Simulator) Snapshot(ctx context.Context, name string) (Snapshot, error) {
	return exchange[Snapshot](ctx, s.transport,
		call{method: http.MethodPost, path: "/_sim/snapshots/{name}", place: name})
}

// Restore restores a snapshot. The logs of requests and writes continue.
func (s *Simulator) Restore(ctx context.Context, name string) error {
	_, err := s.transport.send(ctx, call{method: http.MethodPost, path: "/_sim/snapshots/{name}/restore", place: name})
	return err
}

// Snapshots returns the snapshots by name.
func (s *Simulator) Snapshots(ctx context.Context) ([]Snapshot, error) {
	reply, err := exchange[struct{ Snapshots []Snapshot }](ctx, s.transport,
		call{method: http.MethodGet, path: "/_sim/snapshots"})
	return reply.Snapshots, err
}

// DeleteSnapshot deletes a snapshot.
func (s *Simulator) DeleteSnapshot(ctx context.Context, name string) error {
	_, err := s.transport.send(ctx, call{method: http.MethodDelete, path: "/_sim/snapshots/{name}", place: name})
	return err
}

// RequestFilter selects requests. The zero value selects all.
type RequestFilter struct {
	// Path is an endpoint ("user/get"), a chapter ("user/*") or "*".
	Path string `json:"path,omitempty"`
	// Caller is "contacts" or "app 1000002".
	Caller string `json:"caller,omitempty"`
	// Errcode is that of the reply.
	Errcode *int `json:"errcode,omitempty"`
	// Executed selects requests whose endpoint was executed, or was not.
	Executed *bool `json:"executed,omitempty"`
	// Since is the earliest time.
	Since Millis `json:"since,omitempty"`
	// After is the number of a request; only later ones are selected.
	After uint64 `json:"after,omitempty"`
	// HasUnread selects requests that have fields that the endpoint did not read, or that have none.
	HasUnread *bool `json:"has_unread,omitempty"`
}

// Requests returns the requests of the program under test, oldest first. If there are more than 1,000, it returns the
// latest of them.
func (s *Simulator) Requests(ctx context.Context, filter RequestFilter) ([]Request, error) {
	query, err := filter.query()
	if err != nil {
		return nil, err
	}
	reply, err := exchange[struct{ Requests []Request }](ctx, s.transport,
		call{method: http.MethodGet, path: "/_sim/requests", query: query})
	return reply.Requests, err
}

// CountRequests counts the requests that a filter selects.
func (s *Simulator) CountRequests(ctx context.Context, filter RequestFilter) (int, error) {
	reply, err := exchange[struct{ Count int }](ctx, s.transport,
		call{method: http.MethodPost, path: "/_sim/requests/count", body: filter})
	return reply.Count, err
}

// query returns the fields of the filter, which have the same names in a query and in a body.
func (f RequestFilter) query() (url.Values, error) {
	data, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("wecomsim: %w", err)
	}
	var fields map[string]any
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&fields); err != nil {
		return nil, fmt.Errorf("wecomsim: %w", err)
	}
	query := url.Values{}
	for name, value := range fields {
		query.Set(name, fmt.Sprint(value))
	}
	return query, nil
}

// WriteFilter selects writes. The zero value selects all.
type WriteFilter struct {
	// Endpoint is an endpoint, such as "user/update".
	Endpoint string
	// Limit is the maximum number of writes. The latest ones are returned. The default is 1,000.
	Limit int
	// After is the number of a write. Only later ones are selected.
	After uint64
	// Before is the number of a write. Only earlier ones are selected.
	Before uint64
}

// Writes returns the calls that change the corp, oldest first. This log keeps more entries than Requests.
// To read all of them, call it again with Before as the number of the first one, until no write is left.
func (s *Simulator) Writes(ctx context.Context, filter WriteFilter) (WriteLog, error) {
	query := selected("endpoint", filter.Endpoint, filter.Limit)
	setNumber(query, "after", filter.After)
	setNumber(query, "before", filter.Before)
	return exchange[WriteLog](ctx, s.transport, call{method: http.MethodGet, path: "/_sim/writes", query: query})
}

// DeliveryFilter selects deliveries. The zero value selects all.
type DeliveryFilter struct {
	// Event is an event, such as "change_contact/create_user".
	Event string
	// Limit is the maximum number of deliveries. The latest ones are returned. The default is 1,000.
	Limit int
	// Before is the id of a delivery. Only earlier ones are selected.
	Before uint64
}

// Deliveries returns the callbacks and their attempts, oldest first. Call Settled before, to wait until they are sent.
func (s *Simulator) Deliveries(ctx context.Context, filter DeliveryFilter) ([]Delivery, error) {
	query := selected("event", filter.Event, filter.Limit)
	setNumber(query, "before", filter.Before)
	reply, err := exchange[struct{ Deliveries []Delivery }](ctx, s.transport,
		call{method: http.MethodGet, path: "/_sim/deliveries", query: query})
	return reply.Deliveries, err
}

func selected(name, value string, limit int) url.Values {
	query := url.Values{}
	if value != "" {
		query.Set(name, value)
	}
	if limit > 0 {
		query.Set("limit", strconv.Itoa(limit))
	}
	return query
}

func setNumber(query url.Values, name string, number uint64) {
	if number > 0 {
		query.Set(name, strconv.FormatUint(number, 10))
	}
}

// Redeliver sends a callback again, newly encrypted.
func (s *Simulator) Redeliver(ctx context.Context, delivery uint64) error {
	return s.resend(ctx, "/_sim/deliveries/{id}/redeliver", delivery)
}

// Replay posts the bytes of a callback again.
func (s *Simulator) Replay(ctx context.Context, delivery uint64) error {
	return s.resend(ctx, "/_sim/deliveries/{id}/replay", delivery)
}

func (s *Simulator) resend(ctx context.Context, path string, delivery uint64) error {
	place := strconv.FormatUint(delivery, 10)
	_, err := s.transport.send(ctx, call{method: http.MethodPost, path: path, place: place})
	return err
}

// Settled waits until no callback is queued or being sent. It returns an error after 30 seconds.
func (s *Simulator) Settled(ctx context.Context) error {
	reply, err := exchange[struct{ Settled bool }](ctx, s.transport,
		call{method: http.MethodPost, path: "/_sim/settled"})
	if err == nil && !reply.Settled {
		return errors.New("wecomsim: callbacks are still being sent after 30 seconds; see Deliveries")
	}
	return err
}

// Rates returns the rate limits.
func (s *Simulator) Rates(ctx context.Context) (Rates, error) {
	return exchange[Rates](ctx, s.transport, call{method: http.MethodGet, path: "/_sim/rates"})
}

// SetRates sets all rate limits. All counters restart at 0, and closed endpoints reopen.
func (s *Simulator) SetRates(ctx context.Context, rates Rates) (Rates, error) {
	return exchange[Rates](ctx, s.transport, call{method: http.MethodPut, path: "/_sim/rates", body: rates})
}

// Choices returns the switches for behaviour that is unverified, or recorded to differ from the official pages.
func (s *Simulator) Choices(ctx context.Context) (map[string]bool, error) {
	return exchange[map[string]bool](ctx, s.transport, call{method: http.MethodGet, path: "/_sim/choices"})
}

// SetChoices changes the given switches.
func (s *Simulator) SetChoices(ctx context.Context, changes map[string]bool) (map[string]bool, error) {
	return exchange[map[string]bool](ctx, s.transport,
		call{method: http.MethodPut, path: "/_sim/choices", body: changes})
}

// Settings returns the settings of the corp: the console, secrets and apps.
func (s *Simulator) Settings(ctx context.Context) (Settings, error) {
	return exchange[Settings](ctx, s.transport, call{method: http.MethodGet, path: "/_sim/settings"})
}

// SetSettings changes the given settings.
func (s *Simulator) SetSettings(ctx context.Context, changes SettingsChange) (Settings, error) {
	return exchange[Settings](ctx, s.transport, call{method: http.MethodPut, path: "/_sim/settings", body: changes})
}
