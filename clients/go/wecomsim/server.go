package wecomsim

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// Version is the version of this package. The first two numbers are those of the programs that it supports.
const Version = "0.1.0"

const (
	startTimeout = time.Minute
	stopTimeout  = 10 * time.Second
	stderrKept   = 4000
	// requestsShown is the number of requests in the log of a failed test.
	requestsShown = 20
)

// Server is a `txl sim` process on a free port of the loopback interface.
//
// The process ends with Stop, and with this process, even if this process is killed.
type Server struct {
	*Simulator
	// ProgramVersion is the version of the program.
	ProgramVersion string

	process *exec.Cmd
	stdin   io.Closer
	exited  chan struct{}
	stop    sync.Once
}

// Option changes how a simulator is started.
type Option func(*options)

type options struct {
	binary    string
	arguments []string
}

// Arguments adds arguments of `txl sim`, such as "--legacy".
func Arguments(arguments ...string) Option {
	return func(o *options) { o.arguments = append(o.arguments, arguments...) }
}

// Binary selects the program. The default is that of the variable TXL_BINARY, or else `txl` of the PATH.
func Binary(path string) Option {
	return func(o *options) { o.binary = path }
}

// New starts a simulator for one test and stops it at the end of the test. Parallel tests each have their own.
//
// If the test fails, its log has the latest requests.
func New(t testing.TB, options ...Option) *Server {
	t.Helper()
	server, err := Start(context.Background(), options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(server.latestRequests())
		}
		server.Stop()
	})
	return server
}

// Start starts a simulator. The context limits the start, not the life of the simulator.
func Start(ctx context.Context, given ...Option) (*Server, error) {
	var chosen options
	for _, option := range given {
		option(&chosen)
	}
	binary, err := find(chosen.binary)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	version, err := checkVersion(ctx, binary)
	if err != nil {
		return nil, err
	}
	arguments := append([]string{"sim", "--listen", "127.0.0.1:0", "--until-stdin-closes"}, chosen.arguments...)
	process := exec.Command(binary, arguments...)
	process.Env = ownEnvironment()
	stderr := &tail{}
	process.Stderr = stderr
	// The simulator ends when this process no longer holds the other end of its stdin.
	stdin, err := process.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("wecomsim: %w", err)
	}
	stdout, err := process.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("wecomsim: %w", err)
	}
	if err := process.Start(); err != nil {
		return nil, fmt.Errorf("wecomsim: %w", err)
	}
	server := &Server{ProgramVersion: version, process: process, stdin: stdin, exited: make(chan struct{})}
	ready := make(chan *Ready, 1)
	go func() {
		ready <- readReady(stdout)
		_, _ = io.Copy(io.Discard, stdout)
		// The exit code of a stopped simulator has no meaning for its test.
		_ = process.Wait()
		close(server.exited)
	}()
	select {
	case line := <-ready:
		if line != nil {
			server.Simulator = Connect(*line)
			return server, nil
		}
		server.Stop()
		return nil, fmt.Errorf("wecomsim: txl sim did not start: %s", stderr)
	case <-ctx.Done():
		server.Stop()
		return nil, fmt.Errorf("wecomsim: txl sim was not ready: %w: %s", ctx.Err(), stderr)
	}
}

// Stop ends the simulator and waits for its end. A second call does nothing.
func (s *Server) Stop() {
	s.stop.Do(func() {
		_ = s.stdin.Close()
		select {
		case <-s.exited:
		case <-time.After(stopTimeout):
			_ = s.process.Process.Kill()
			<-s.exited
		}
	})
}

// PID returns the id of the process.
func (s *Server) PID() int { return s.process.Process.Pid }

func (s *Server) latestRequests() string {
	requests, err := s.Requests(context.Background(), RequestFilter{})
	if err != nil {
		return fmt.Sprintf("the simulator does not answer: %v", err)
	}
	requests = requests[max(0, len(requests)-requestsShown):]
	if len(requests) == 0 {
		return "no WeCom requests"
	}
	lines := []string{"WeCom requests:"}
	for _, request := range requests {
		outcome := "no reply"
		if request.Errcode != nil {
			outcome = fmt.Sprintf("errcode %d", *request.Errcode)
		}
		lines = append(lines, fmt.Sprintf("%s %s: %s", request.Method, request.Path, outcome))
	}
	return strings.Join(lines, "\n")
}

func readReady(stdout io.Reader) *Ready {
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	var ready Ready
	if err != nil || json.Unmarshal(line, &ready) != nil {
		return nil
	}
	return &ready
}

func find(chosen string) (string, error) {
	for _, path := range []string{chosen, os.Getenv("TXL_BINARY")} {
		if path != "" {
			return path, nil
		}
	}
	path, err := exec.LookPath("txl")
	if err != nil {
		return "", errors.New("wecomsim: the program txl is not in the PATH; install it, or set TXL_BINARY")
	}
	return path, nil
}

func checkVersion(ctx context.Context, binary string) (string, error) {
	printed, err := exec.CommandContext(ctx, binary, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("wecomsim: %s does not start: %w", binary, err)
	}
	name, version, _ := strings.Cut(strings.TrimSpace(string(printed)), " ")
	if name != "txl" {
		return "", fmt.Errorf("wecomsim: %s is another program: --version printed %.80q", binary, printed)
	}
	if minor(version) != minor(Version) {
		return "", fmt.Errorf("wecomsim %s does not support version %s of %s; install equal versions", Version, version, binary)
	}
	return version, nil
}

// minor returns the first two numbers of a version.
func minor(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// ownEnvironment returns the environment without the variables that change a simulator.
func ownEnvironment() []string {
	var kept []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "TXL_SIM_") {
			kept = append(kept, variable)
		}
	}
	return kept
}

// tail keeps the end of what is written to it.
type tail struct {
	lock sync.Mutex
	kept []byte
}

func (t *tail) Write(data []byte) (int, error) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.kept = append(t.kept, data...)
	t.kept = t.kept[max(0, len(t.kept)-stderrKept):]
	return len(data), nil
}

func (t *tail) String() string {
	t.lock.Lock()
	defer t.lock.Unlock()
	return strings.TrimSpace(string(t.kept))
}
