package wecomsim_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/wecom-contacts/clients/go/wecomsim"
)

// leftOut has the operations without a method, and why.
var leftOut = map[string]string{
	"GET /_sim":              "a page for browsers",
	"GET /_sim/":             "a page for browsers",
	"GET /_sim/page/{name}":  "a file of the page",
	"GET /_sim/openapi.json": "only this test reads it",
	"GET /_sim/secrets":      "the ready line has the same values",
	"POST /_sim/oauth/code":  "a shorter path for the console action",
	"POST /_sim/tfa/code":    "a shorter path for the console action",
	"POST /_sim/open_userid": "a shorter path for the console action",
}

type document struct {
	Paths      map[string]map[string]json.RawMessage
	Components struct {
		Schemas map[string]struct{ Properties map[string]json.RawMessage }
	}
}

func read(t *testing.T, sim *wecomsim.Server) (read document) {
	t.Helper()
	reply, err := http.Get(sim.URL + "/_sim/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	if err := json.NewDecoder(reply.Body).Decode(&read); err != nil {
		t.Fatal(err)
	}
	return read
}

// recorder remembers the method and path of each successful request to the control surface.
type recorder struct {
	http.RoundTripper
	lock sync.Mutex
	used []string
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	reply, err := r.RoundTripper.RoundTrip(request)
	if err == nil && reply.StatusCode < 300 {
		r.lock.Lock()
		defer r.lock.Unlock()
		r.used = append(r.used, request.Method+" "+request.URL.Path)
	}
	return reply, err
}

// fits reports whether an operation of the document is the one of a request.
func fits(operation, request string) bool {
	wanted, parts := strings.Split(operation, "/"), strings.Split(request, "/")
	return slices.EqualFunc(wanted, parts, func(wanted, part string) bool {
		return wanted == part || strings.HasPrefix(wanted, "{")
	})
}

func TestEveryOperationOfTheSimulatorHasAMethod(t *testing.T) {
	t.Parallel()
	sim := wecomsim.New(t)
	recorder := &recorder{}
	sim.WrapTransport(func(inner http.RoundTripper) http.RoundTripper {
		recorder.RoundTripper = inner
		return recorder
	})
	use := &user{t, t.Context(), sim}
	use.theCorp()
	use.theClock()
	use.theFaults()
	use.theSettings()
	use.theConsole()
	use.theDeliveries()

	var offered []string
	for path, item := range read(t, sim).Paths {
		for method := range item {
			offered = append(offered, strings.ToUpper(method)+" "+path)
		}
	}
	for _, operation := range offered {
		isUsed := slices.ContainsFunc(recorder.used, func(request string) bool { return fits(operation, request) })
		if _, isLeftOut := leftOut[operation]; isUsed == isLeftOut {
			t.Errorf("%s: used %v, left out %v", operation, isUsed, isLeftOut)
		}
	}
	for operation := range leftOut {
		if !slices.Contains(offered, operation) {
			t.Errorf("%s no longer exists", operation)
		}
	}
}

// user uses the operations of a simulator.
type user struct {
	*testing.T
	ctx context.Context
	sim *wecomsim.Server
}

// no fails the test if there is an error.
func (u *user) no(err error) {
	u.Helper()
	if err != nil {
		u.Fatal(err)
	}
}

// is compares a result.
func is[T any](u *user, wanted T) func(T, error) {
	return func(got T, err error) {
		u.Helper()
		u.no(err)
		if !reflect.DeepEqual(got, wanted) {
			u.Errorf("%+v, not %+v", got, wanted)
		}
	}
}

// some returns a result that must not be its zero value.
func some[T any](u *user) func(T, error) T {
	return func(got T, err error) T {
		u.Helper()
		u.no(err)
		if reflect.ValueOf(got).IsZero() {
			u.Errorf("%T is zero", got)
		}
		return got
	}
}

func (u *user) theCorp() {
	some[wecomsim.Health](u)(u.sim.Health(u.ctx))
	seeded := wecomsim.Seeded{Members: 40, Departments: 4, Tags: 8}
	is(u, seeded)(u.sim.Seed(u.ctx, wecomsim.Seed{Members: 40, Departments: 4, Seed: 7, Shape: "flat"}))
	is(u, some[wecomsim.Corp](u)(u.sim.Corp(u.ctx)).Digest)(u.sim.Digest(u.ctx))
	file := some[wecomsim.CorpFile](u)(u.sim.CorpFile(u.ctx))
	one := wecomsim.CorpFile{Members: []wecomsim.FileMember{{UserID: "qianyi", Name: "钱一"}}}
	is(u, wecomsim.Seeded{Members: 1, Departments: 1})(u.sim.SeedCorp(u.ctx, one))
	is(u, seeded)(u.sim.SeedCorp(u.ctx, file))
	some[wecomsim.Snapshot](u)(u.sim.Snapshot(u.ctx, "forty"))
	u.no(u.sim.Reset(u.ctx))
	u.no(u.sim.Restore(u.ctx, "forty"))
	if state := some[wecomsim.State](u)(u.sim.State(u.ctx)); state.Members != 40 {
		u.Errorf("%+v", state)
	}
	u.no(u.sim.DeleteSnapshot(u.ctx, "forty"))
	is(u, []wecomsim.Snapshot{})(u.sim.Snapshots(u.ctx))
	other := some[*wecomsim.Simulator](u)(u.sim.AddCorp(u.ctx, wecomsim.NewCorp{CorpID: "ww-other", Members: 9}))
	if state := some[wecomsim.State](u)(other.State(u.ctx)); state.Members != 9 || other.URL != u.sim.URL {
		u.Errorf("%+v", state)
	}
	if corps := some[[]wecomsim.ServedCorp](u)(u.sim.Corps(u.ctx)); len(corps) != 2 || corps[1].Members != 9 {
		u.Errorf("%+v", corps)
	}
	u.no(u.sim.RemoveCorp(u.ctx, "ww-other"))
	u.no(u.sim.Reset(u.ctx))
	if state := some[wecomsim.State](u)(u.sim.State(u.ctx)); state.Members != 7 {
		u.Errorf("%+v", state)
	}
	filter := wecomsim.RequestFilter{
		Path: "user/*", Caller: "contacts", Errcode: wecomsim.Of(0), Executed: wecomsim.Of(true),
		Since: 1767574800000, After: 1, HasUnread: wecomsim.Of(false),
	}
	is(u, []wecomsim.Request{})(u.sim.Requests(u.ctx, filter))
	is(u, 0)(u.sim.CountRequests(u.ctx, filter))
	writes := wecomsim.WriteLog{Writes: []wecomsim.Write{}}
	is(u, writes)(u.sim.Writes(u.ctx, wecomsim.WriteFilter{Endpoint: "user/create", Limit: 1, After: 1, Before: 9}))
}

func (u *user) theClock() {
	at := time.UnixMilli(1767574800000)
	is(u, at)(u.sim.FreezeAt(u.ctx, at))
	is(u, at)(u.sim.Freeze(u.ctx))
	is(u, at.Add(time.Hour))(u.sim.Advance(u.ctx, time.Hour))
	is(u, at)(u.sim.SetClock(u.ctx, at))
	is(u, wecomsim.Clock{Now: 1767574800000})(u.sim.Clock(u.ctx))
	some[time.Time](u)(u.sim.RunClock(u.ctx, 60))
	if clock := some[wecomsim.Clock](u)(u.sim.Clock(u.ctx)); !clock.Runs || clock.Speed != 60 {
		u.Errorf("%+v", clock)
	}
	jobs := some[wecomsim.JobControl](u)(u.sim.SetJobs(u.ctx, wecomsim.JobControl{Seconds: 3.5, FailNext: 1}))
	is(u, jobs)(u.sim.Jobs(u.ctx))
	if jobs.Seconds != 3.5 || jobs.FailNext != 1 {
		u.Errorf("%+v", jobs)
	}
}

func (u *user) theFaults() {
	rules := wecomsim.FaultRules{Calls: []wecomsim.CallRule{{Path: "user/get", Fault: wecomsim.Errcode(-1)}}}
	some[wecomsim.FaultState](u)(u.sim.SetFaults(u.ctx, rules))
	faults := []wecomsim.Fault{
		wecomsim.Latency(time.Millisecond, wecomsim.Before), wecomsim.Reset(wecomsim.After), wecomsim.Truncate(20),
		wecomsim.TruncateChunked(20), wecomsim.Page(502, wecomsim.After), wecomsim.KillToken(42001),
		wecomsim.Close(time.Minute),
	}
	for _, fault := range faults {
		u.no(u.sim.Fault(u.ctx, "user/*", fault, wecomsim.EveryFrom(20, 3)))
	}
	u.no(u.sim.Fault(u.ctx, "*", wecomsim.Parallel(10), wecomsim.Always))
	deliveryFaults := []wecomsim.DeliveryFault{
		wecomsim.Duplicate(2), wecomsim.Reorder(3), wecomsim.Delay(time.Minute), wecomsim.Drop(),
		wecomsim.WrongSignature(1), wecomsim.WrongReceiveID(1), wecomsim.Garbage(1), wecomsim.Replay(time.Minute),
	}
	for _, fault := range deliveryFaults {
		u.no(u.sim.DeliveryFault(u.ctx, "change_contact/*", fault, wecomsim.Every(2)))
	}
	state := some[wecomsim.FaultState](u)(u.sim.Faults(u.ctx))
	if len(state.Calls) != 2+len(faults) || len(state.Deliveries) != len(deliveryFaults) || state.Calls[1].When.Offset != 3 {
		u.Errorf("%+v", state)
	}
	none, err := u.sim.ClearFaults(u.ctx)
	u.no(err)
	if len(none.Calls)+len(none.Deliveries) != 0 {
		u.Errorf("%+v", none)
	}
}

func (u *user) theSettings() {
	limited := wecomsim.Rates{CorpPerMinute: wecomsim.Of(100)}
	is(u, limited)(u.sim.SetRates(u.ctx, limited))
	is(u, limited)(u.sim.Rates(u.ctx))
	changed := some[map[string]bool](u)(u.sim.SetChoices(u.ctx, map[string]bool{"drop_leaders": true}))
	is(u, changed)(u.sim.Choices(u.ctx))
	contacts := wecomsim.ContactsSettings{Enabled: true}
	settings := some[wecomsim.Settings](u)(u.sim.SetSettings(u.ctx, wecomsim.SettingsChange{Contacts: &contacts}))
	is(u, settings)(u.sim.Settings(u.ctx))
	if settings.Contacts.MayEdit || settings.Apps[0].AgentID != u.sim.AgentID || !changed["drop_leaders"] {
		u.Errorf("%+v, %v", settings, changed)
	}
}

func (u *user) theConsole() {
	console := u.sim.Console
	member := wecomsim.Member{Name: "钱一", UserID: "qianyi", Department: []int{1}, Mobile: wecomsim.Of("13800000201")}
	is(u, "qianyi")(console.CreateMember(u.ctx, member))
	u.no(console.UpdateMember(u.ctx, wecomsim.Member{UserID: "qianyi", Position: wecomsim.Of("主管")}))
	u.no(console.ActivateMember(u.ctx, "qianyi"))
	u.no(console.MemberEditsProfile(u.ctx, wecomsim.Member{UserID: "qianyi", Alias: wecomsim.Of("小钱")}))
	department := some[int](u)(console.CreateDepartment(u.ctx, wecomsim.Department{Name: "质量部"}))
	u.no(console.UpdateDepartment(u.ctx, wecomsim.Department{ID: department, NameEn: wecomsim.Of("Quality")}))
	u.no(console.DeleteDepartment(u.ctx, department))
	tag := some[int](u)(console.CreateTag(u.ctx, "新人"))
	u.no(console.RenameTag(u.ctx, tag, "新同事"))
	added := wecomsim.InvalidTagMembers{InvalidList: []string{"ghost"}, InvalidParty: []int{}}
	is(u, added)(console.AddTagMembers(u.ctx, tag, wecomsim.TagMembers{UserList: []string{"qianyi", "ghost"}}))
	removed := wecomsim.InvalidTagMembers{InvalidList: []string{}, InvalidParty: []int{99}}
	is(u, removed)(console.RemoveTagMembers(u.ctx, tag, wecomsim.TagMembers{UserList: []string{"qianyi"}, PartyList: []int{99}}))
	u.no(console.DeleteTag(u.ctx, tag))
	u.no(console.SetPermission(u.ctx, "edit"))
	u.no(console.SetLegacy(u.ctx, wecomsim.Legacy{Contacts: wecomsim.Of(true), App: wecomsim.Of(false)}))
	u.no(console.SetTrustedIPs(u.ctx, 0))
	u.no(console.SetAppRange(u.ctx, 0, wecomsim.Range{Departments: []int{1}}))
	some[string](u)(console.OAuthCode(u.ctx, wecomsim.Visit{UserID: "qianyi", Private: true}))
	some[string](u)(console.TFACode(u.ctx, "qianyi"))
	some[string](u)(console.OpenUserID(u.ctx, "qianyi"))
	members := some[wecomsim.Corp](u)(u.sim.Corp(u.ctx)).Members
	if last := members[len(members)-1]; last.Position != "主管" || last.Alias != "小钱" || last.Status != 1 {
		u.Errorf("%+v", last)
	}
	u.no(console.MemberQuits(u.ctx, "qianyi"))
	u.no(console.DeleteMember(u.ctx, "wujiu"))
}

func (u *user) theDeliveries() {
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	u.Cleanup(receiver.Close)
	target := wecomsim.CallbackTarget{
		URL: receiver.URL, Token: "token", EncodingAESKey: strings.Repeat("a", 43), Unverified: true,
	}
	u.no(u.sim.Console.SetCallback(u.ctx, target))
	u.no(u.sim.Console.DeleteMember(u.ctx, "lisi"))
	elements := map[string]any{"ChangeType": "delete_user", "UserID": "lisi"}
	event := wecomsim.Event{Event: "change_contact", Elements: elements}
	delivery := some[uint64](u)(u.sim.Console.Event(u.ctx, event))
	u.no(u.sim.Settled(u.ctx))
	u.no(u.sim.Redeliver(u.ctx, delivery))
	u.no(u.sim.Settled(u.ctx))
	u.no(u.sim.Replay(u.ctx, delivery))
	u.no(u.sim.Settled(u.ctx))
	filter := wecomsim.DeliveryFilter{Event: "change_contact/delete_user", Limit: 1, Before: 1000}
	last := some[[]wecomsim.Delivery](u)(u.sim.Deliveries(u.ctx, filter))[0]
	if last.ID != delivery || last.State != "delivered" || len(last.Attempts) != 3 || last.Attempts[2].Sent != "replay" {
		u.Errorf("%+v", last)
	}
	u.no(u.sim.Console.RemoveCallback(u.ctx, 0))
}

func TestTheFieldsOfAnObjectAreThoseOfTheSimulator(t *testing.T) {
	t.Parallel()
	schemas := read(t, wecomsim.New(t)).Components.Schemas
	for name, object := range map[string]any{
		"Health":           wecomsim.Health{},
		"State":            wecomsim.State{},
		"CredentialState":  wecomsim.CredentialState{},
		"CallbackState":    wecomsim.CallbackState{},
		"ClockState":       wecomsim.Clock{},
		"JobControl":       wecomsim.JobControl{},
		"CorpFile":         wecomsim.CorpFile{},
		"FileDepartment":   wecomsim.FileDepartment{},
		"FileMember":       wecomsim.FileMember{},
		"FileTag":          wecomsim.FileTag{},
		"RequestFilter":    wecomsim.RequestFilter{},
		"SnapshotInfo":     wecomsim.Snapshot{},
		"Request":          wecomsim.Request{},
		"SelectedWrites":   wecomsim.WriteLog{},
		"LoggedWrite":      wecomsim.Write{},
		"DeliveryRecord":   wecomsim.Delivery{},
		"Attempt":          wecomsim.Attempt{},
		"FaultRules":       wecomsim.FaultRules{},
		"FaultState":       wecomsim.FaultState{},
		"CallRule":         wecomsim.CallRule{},
		"DeliveryRule":     wecomsim.DeliveryRule{},
		"Rates":            wecomsim.Rates{},
		"Settings":         wecomsim.Settings{},
		"ContactsSettings": wecomsim.ContactsSettings{},
		"AppSettings":      wecomsim.AppSettings{},
		"Range":            wecomsim.Range{},
		"DumpedMember":     wecomsim.DumpedMember{},
		"DumpedDepartment": wecomsim.DumpedDepartment{},
		"DumpedTag":        wecomsim.DumpedTag{},
	} {
		var wanted, got []string
		for property := range schemas[name].Properties {
			wanted = append(wanted, property)
		}
		for _, field := range reflect.VisibleFields(reflect.TypeOf(object)) {
			tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			got = append(got, tag)
		}
		slices.Sort(wanted)
		slices.Sort(got)
		if !slices.Equal(wanted, got) {
			t.Errorf("%s has %v, not %v", name, got, wanted)
		}
	}
}
