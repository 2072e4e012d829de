// Package wecomsim runs tests against a simulated WeCom (企业微信) corp.
//
// [New] starts a simulator for one test. The simulator is a process of its own, so parallel tests do not meet:
//
//	func TestAMemberIsFound(t *testing.T) {
//		t.Parallel()
//		sim := wecomsim.New(t)
//		sim.Console.CreateMember(ctx, wecomsim.Member{Name: "钱一", UserID: "qianyi"})
//		client := mycorp.NewClient(sim.URL, sim.CorpID, sim.AppSecret)
//		…
//	}
//
// The program `txl` is that of the variable TXL_BINARY, or else that of the PATH. The package uses only the standard
// library.
package wecomsim
