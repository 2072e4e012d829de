package wecomsim_test

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"example.com/wecom-contacts/clients/go/wecomsim"
)

// get calls the API of the simulator and returns the HTTP status.
func get(t *testing.T, sim *wecomsim.Server, path string, query url.Values) (status int) {
	t.Helper()
	reply, err := http.Get(sim.URL + "/cgi-bin/" + path + "?" + query.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	_, _ = io.Copy(io.Discard, reply.Body)
	return reply.StatusCode
}

func credentials(sim *wecomsim.Server) url.Values {
	return url.Values{"corpid": {sim.CorpID}, "corpsecret": {sim.AppSecret}}
}

func TestFaultsFormAQueueAndCountTheirHits(t *testing.T) {
	t.Parallel()
	ctx, sim := t.Context(), wecomsim.New(t)
	for _, fault := range []wecomsim.Fault{wecomsim.Page(502, wecomsim.Before), wecomsim.Page(504, wecomsim.Before)} {
		if err := sim.Fault(ctx, "gettoken", fault, wecomsim.Next(1)); err != nil {
			t.Fatal(err)
		}
	}
	var statuses []int
	for range 3 {
		statuses = append(statuses, get(t, sim, "gettoken", credentials(sim)))
	}
	if statuses[0] != 502 || statuses[1] != 504 || statuses[2] != 200 {
		t.Error(statuses)
	}
	state, err := sim.Faults(ctx)
	if err != nil || len(state.Calls) != 2 || state.Calls[0].Hits != 1 || state.Calls[0].When.Next != 1 {
		t.Errorf("%+v, %v", state, err)
	}
	requests, err := sim.Requests(ctx, wecomsim.RequestFilter{Path: "gettoken"})
	if err != nil || len(requests) != 3 || requests[1].Errcode != nil || *requests[2].Errcode != 0 {
		t.Errorf("%+v, %v", requests, err)
	}
}

func TestARefusalHasTheErrcode(t *testing.T) {
	t.Parallel()
	sim := wecomsim.New(t)
	err := sim.Console.DeleteMember(t.Context(), "ghost")
	var refusal *wecomsim.ControlError
	if !errors.As(err, &refusal) || refusal.Errcode != 60111 || refusal.Status != 422 {
		t.Errorf("%#v", err)
	}
	err = sim.Fault(t.Context(), "user/got", wecomsim.Errcode(-1), wecomsim.Always)
	if !errors.As(err, &refusal) || refusal.Errcode != 0 || refusal.Status != 400 {
		t.Errorf("%#v", err)
	}
}

func TestTheConsoleChangesTheCorp(t *testing.T) {
	t.Parallel()
	ctx, sim := t.Context(), wecomsim.New(t)
	department, err := sim.Console.CreateDepartment(ctx, wecomsim.Department{Name: "质量部"})
	if err != nil {
		t.Fatal(err)
	}
	member := wecomsim.Member{Name: "钱一", UserID: "qianyi", Department: []int{department}, Position: wecomsim.Of("")}
	if userid, err := sim.Console.CreateMember(ctx, member); err != nil || userid != "qianyi" {
		t.Fatal(userid, err)
	}
	corp, err := sim.Corp(ctx)
	if err != nil {
		t.Fatal(err)
	}
	last := corp.Members[len(corp.Members)-1]
	if last.Name != "钱一" || last.Department[0] != department || len(corp.Tags) != 1 || len(corp.Departments) != 6 {
		t.Errorf("%+v", corp)
	}
	if digest, err := sim.Digest(ctx); err != nil || digest != corp.Digest {
		t.Error(digest, corp.Digest, err)
	}
}

func TestTheClockMovesForward(t *testing.T) {
	t.Parallel()
	ctx, sim := t.Context(), wecomsim.New(t)
	before, err := sim.State(ctx)
	if err != nil {
		t.Fatal(err)
	}
	after, err := sim.Advance(ctx, 90*time.Minute)
	if err != nil || after.Sub(before.Now.Time()) < 90*time.Minute {
		t.Error(before.Now.Time(), after, err)
	}
}

func TestAListThatIsEmptyIsSentAndOneThatIsNilIsNot(t *testing.T) {
	t.Parallel()
	ctx, sim := t.Context(), wecomsim.New(t)
	contacts := wecomsim.ContactsSettings{Enabled: true, MayEdit: true, TrustedIPs: []string{"127.0.0.1"}}
	set := func() []string {
		settings, err := sim.SetSettings(ctx, wecomsim.SettingsChange{Contacts: &contacts})
		if err != nil {
			t.Fatal(err)
		}
		return settings.Contacts.TrustedIPs
	}
	if ips := set(); len(ips) != 1 {
		t.Error(ips)
	}
	contacts.TrustedIPs = nil
	if ips := set(); len(ips) != 1 {
		t.Error(ips)
	}
	contacts.TrustedIPs = []string{}
	if ips := set(); len(ips) != 0 {
		t.Error(ips)
	}
}
