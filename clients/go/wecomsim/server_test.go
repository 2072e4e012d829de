package wecomsim_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/wecom-contacts/clients/go/wecomsim"
)

// holdsSimulator makes the test program start a simulator, print its URL and wait.
const holdsSimulator = "WECOMSIM_TEST_HOLDS_SIMULATOR"

func TestMain(m *testing.M) {
	if os.Getenv(holdsSimulator) == "" {
		os.Exit(m.Run())
	}
	server, err := wecomsim.Start(context.Background())
	if err != nil {
		panic(err)
	}
	os.Stdout.WriteString(server.URL + "\n")
	select {}
}

func answers(url string) bool {
	connection, err := net.DialTimeout("tcp", strings.TrimPrefix(url, "http://"), 5*time.Second)
	if err == nil {
		connection.Close()
	}
	return err == nil
}

// program returns a program that is a shell script.
func program(t *testing.T, script string) wecomsim.Option {
	t.Helper()
	path := filepath.Join(t.TempDir(), "txl")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return wecomsim.Binary(path)
}

func TestAStoppedSimulatorNoLongerAnswers(t *testing.T) {
	t.Parallel()
	server, err := wecomsim.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !answers(server.URL) {
		t.Error("a running simulator does not answer")
	}
	server.Stop()
	server.Stop()
	if answers(server.URL) {
		t.Error("a stopped simulator still answers")
	}
}

func TestTheSimulatorEndsWithItsTest(t *testing.T) {
	t.Parallel()
	var url string
	t.Run("test", func(t *testing.T) { url = wecomsim.New(t).URL })
	if url == "" || answers(url) {
		t.Errorf("the simulator at %q still answers", url)
	}
}

func TestArgumentsReachTheSimulator(t *testing.T) {
	t.Parallel()
	sim := wecomsim.New(t, wecomsim.Arguments("--members", "40"), wecomsim.Arguments("--legacy"))
	state, err := sim.State(t.Context())
	if err != nil || state.Members != 40 || !state.Credentials[0].Legacy {
		t.Errorf("%+v, %v", state, err)
	}
}

func TestVariablesDoNotChangeTheSimulator(t *testing.T) {
	t.Setenv("TXL_SIM_MEMBERS", "40")
	t.Setenv("http_proxy", "http://127.0.0.1:9")
	state, err := wecomsim.New(t).State(t.Context())
	if err != nil || state.Members != 7 {
		t.Errorf("%+v, %v", state, err)
	}
}

func TestParallelTestsDoNotMeet(t *testing.T) {
	t.Parallel()
	for _, members := range []int{20, 21, 22, 23} {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			sim := wecomsim.New(t)
			if _, err := sim.Seed(t.Context(), wecomsim.Seed{Members: members}); err != nil {
				t.Fatal(err)
			}
			state, err := sim.State(t.Context())
			if err != nil || state.Members != members {
				t.Errorf("%d members, not %d: %v", state.Members, members, err)
			}
		})
	}
}

func TestAProgramThatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	for _, wrong := range []struct{ script, reason string }{
		{"echo txl 0.99.0", "does not support version 0.99.0"},
		{"echo something else", "is another program"},
		{"exit 3", "does not start"},
		{`[ "$1" = --version ] && echo "txl ` + wecomsim.Version + `" || echo why >&2`, "txl sim did not start: why"},
	} {
		_, err := wecomsim.Start(t.Context(), program(t, wrong.script))
		if err == nil || !strings.Contains(err.Error(), wrong.reason) {
			t.Errorf("%s: %v", wrong.script, err)
		}
	}
}

func TestTheContextLimitsTheStart(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	script := `[ "$1" = --version ] && echo "txl ` + wecomsim.Version + `" && exit; echo why >&2; exec cat`
	_, err := wecomsim.Start(ctx, program(t, script))
	if !errors.Is(err, context.DeadlineExceeded) || !strings.HasSuffix(err.Error(), ": why") {
		t.Error(err)
	}
}

func TestAKilledParentLeavesNoProcess(t *testing.T) {
	t.Parallel()
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), holdsSimulator+"=1")
	stdout, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	url := strings.TrimSpace(line)
	if err != nil || !answers(url) {
		t.Errorf("the simulator at %q does not answer: %v", url, err)
	}
	_ = parent.Process.Kill()
	_ = parent.Wait()
	for deadline := time.Now().Add(20 * time.Second); answers(url); {
		if time.Now().After(deadline) {
			t.Fatal("the simulator outlived its parent")
		}
	}
}
