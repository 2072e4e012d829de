package contacts_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	contacts "example.com/wecom-contacts/clients/go/examples/silenceper"
	"example.com/wecom-contacts/clients/go/wecomsim"
	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/util"
	"github.com/silenceper/wechat/v2/work"
	"github.com/silenceper/wechat/v2/work/config"
)

// start returns a simulator and a reader with the secret of its app.
//
// silenceper/wechat has one address for the whole process, so these tests run one after another.
func start(t *testing.T) (*wecomsim.Server, contacts.Reader) {
	t.Helper()
	sim := wecomsim.New(t)
	util.SetURIModifier(func(uri string) string {
		return strings.Replace(uri, "https://qyapi.weixin.qq.com", sim.URL, 1)
	})
	t.Cleanup(func() { util.SetURIModifier(nil) })
	app := work.NewWork(&config.Config{CorpID: sim.CorpID, CorpSecret: sim.AppSecret, Cache: cache.NewMemory()})
	sleep := func(by time.Duration) {
		if _, err := sim.Advance(t.Context(), by); err != nil {
			t.Error(err)
		}
	}
	return sim, contacts.Reader{Client: app.GetAddressList(), Sleep: sleep}
}

func TestAllMembersAreRead(t *testing.T) {
	sim, reader := start(t)
	if _, err := sim.Seed(t.Context(), wecomsim.Seed{Members: 300, Departments: 12}); err != nil {
		t.Fatal(err)
	}
	names, err := reader.Names()
	if err != nil || len(names) != 300 {
		t.Errorf("%d members, %v", len(names), err)
	}
}

func TestAnAppReadsOnlyItsRange(t *testing.T) {
	ctx := t.Context()
	sim, reader := start(t)
	department, err := sim.Console.CreateDepartment(ctx, wecomsim.Department{Name: "质量部"})
	if err != nil {
		t.Fatal(err)
	}
	member := wecomsim.Member{Name: "钱一", UserID: "qianyi", Department: []int{department}}
	if _, err := sim.Console.CreateMember(ctx, member); err != nil {
		t.Fatal(err)
	}
	if err := sim.Console.SetAppRange(ctx, sim.AgentID, wecomsim.Range{Departments: []int{department}}); err != nil {
		t.Fatal(err)
	}
	names, err := reader.Names()
	if err != nil || !maps.Equal(names, map[string]string{"qianyi": "钱一"}) {
		t.Error(names, err)
	}
}

func TestABusyServerIsAskedAgain(t *testing.T) {
	ctx := t.Context()
	sim, reader := start(t)
	if err := sim.Fault(ctx, "department/list", wecomsim.Errcode(-1), wecomsim.Next(2)); err != nil {
		t.Fatal(err)
	}
	if names, err := reader.Names(); err != nil || len(names) == 0 {
		t.Error(names, err)
	}
	requests, err := sim.Requests(ctx, wecomsim.RequestFilter{Path: "department/list"})
	if err != nil || len(requests) != 3 {
		t.Error(requests, err)
	}
}

func TestAnotherErrorIsReportedAtOnce(t *testing.T) {
	ctx := t.Context()
	sim, reader := start(t)
	if err := sim.Fault(ctx, "department/list", wecomsim.Errcode(60011), wecomsim.Always); err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Names(); err == nil || !strings.Contains(err.Error(), "60011") {
		t.Error(err)
	}
	requests, err := sim.Requests(ctx, wecomsim.RequestFilter{Path: "department/list"})
	if err != nil || len(requests) != 1 {
		t.Error(requests, err)
	}
}
