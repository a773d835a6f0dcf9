package cli

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/ports"
	"github.com/pushbench/pushbench/results"
)

// relay hands each connection on to another server: a proxy.
func relay(listen, to string) {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for {
		in, err := l.Accept()
		if err != nil {
			os.Exit(1)
		}
		go func() {
			defer in.Close()
			out, err := net.Dial("tcp", to)
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(out, in); _ = out.(*net.TCPConn).CloseWrite() }()
			_, _ = io.Copy(in, out)
			_ = out.Close()
		}()
	}
}

// variant is a lane whose server is where it should be, or somewhere else.
type variant struct {
	name    string
	lines   string // of the lane file: command, or url
	status  string
	says    string // the error, in part
	process string // one that is measured, of a good trial
}

// A server that is started by somebody else, hidden behind a proxy, or held by a quota gives no figure, or those of the
// process that serves: who has accepted the connections is asked of the kernel.
func TestOwners(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	self, err := os.Executable()
	must(t, err)
	quirks := filepath.Join(dir, "quirks")
	must(t, os.Symlink(self, quirks))
	yesterday := background(t, quirks, "--port")
	shared := background(t, quirks, "--share", "--port")
	front := background(t, self, "relay", "127.0.0.1:%s", "127.0.0.1:"+yesterday)
	started := func(command ...string) string {
		for i, word := range command {
			command[i] = strconv.Quote(word)
		}
		return "command: [" + strings.Join(command, ", ") + "]"
	}
	script := func(format string, args ...any) string { return started("sh", "-c", fmt.Sprintf(format, args...)) }
	at := func(port string) string { return "\nurl: http://127.0.0.1:" + port }

	variants := []variant{
		{"plain", started(quirks, "--port", "{{.Port}}"), results.StatusOK, "", "quirks"},
		{"all-addresses", started(quirks, "--host", "", "--port", "{{.Port}}"), results.StatusOK, "", "quirks"},
		{"in-a-shell", script("%s --port {{.Port}}; true", quirks), results.StatusOK, "", "quirks"},
		{"daemon", script("(setsid %s --port {{.Port}} &) ; exec sleep 1000", quirks), results.StatusOK, "", "quirks"},
		{"not-ours", started("sleep", "1000") + at(yesterday), results.StatusFailed, "connections to 127.0.0.1:" + yesterday + " are answered by pid ", ""},
		{"port-in-use", script("%s --port %s; exec sleep 1000", quirks, yesterday) + at(yesterday), results.StatusFailed, "(quirks), not by the measured server, pid ", ""},
		{"shared-port", started(quirks, "--share", "--port", shared) + at(shared), results.StatusFailed, " pid ", ""},
		{"proxy-to-another", started(self, "relay", "127.0.0.1:{{.Port}}", "127.0.0.1:"+yesterday), results.StatusInvalid, "is a proxy: it has 20 connections to pid ", ""},
		{"proxy-with-server", script(`%s --port {{.Port "behind"}} & exec %s relay 127.0.0.1:{{.Port}} 127.0.0.1:{{.Port "behind"}}`, quirks, self), results.StatusOK, "", "quirks"},
		{"running", strings.TrimPrefix(at(yesterday), "\n"), results.StatusOK, "", "quirks"},
		{"running-proxy", strings.TrimPrefix(at(front), "\n"), results.StatusInvalid, "is a proxy: it has 20 connections to pid ", ""},
	}
	if group, ok := quota(t, 10); ok { // which a busy process of the server uses up
		variants = append(variants, variant{
			"quota", script("echo $$ >%s/cgroup.procs; while :; do :; done & exec %s --port {{.Port}}", group, quirks),
			results.StatusInvalid, "the cpu quota of the control group of the server stopped it", "",
		})
	}
	if host, ok := network(t); ok {
		variants = append(variants, variant{
			"another-network", script("exec ip netns exec %s %s --host %s --port 8080", namespace(), quirks, host) + "\nurl: http://" + host + ":8080",
			results.StatusOK, "", "quirks",
		})
	}
	measureVariants(t, dir, variants)
}

// measureVariants runs one trial of each lane and holds how it ended against what it should.
func measureVariants(t *testing.T, dir string, variants []variant) {
	t.Helper()
	var lanes []string
	for _, v := range variants {
		text := "about: a server, or what looks like one\ntransport: sse\nsubscribe: /events\npublish: {url: /publish}\n" + v.lines + "\n"
		must(t, os.WriteFile(filepath.Join(dir, v.name+".yaml"), []byte(text), 0o600))
		lanes = append(lanes, v.name+".yaml")
	}
	text := "lanes: [" + strings.Join(lanes, ", ") + "]\nphases: [{ramp: {to: 10}}, {ramp: {to: 20}}, {idle: 200ms}, {broadcast: {rate: 20, for: 300ms}}]\nblocks: 1\npatience: 10s\n"
	must(t, os.WriteFile(filepath.Join(dir, "owners.yaml"), []byte(text), 0o600))
	self, err := os.Executable()
	must(t, err)
	out, _ := exec.Command(self, "run", filepath.Join(dir, "owners.yaml"), "--out", filepath.Join(dir, "runs")).CombinedOutput()
	found, err := filepath.Glob(filepath.Join(dir, "runs", "owners-*"))
	must(t, err)
	if len(found) != 1 {
		t.Fatalf("no run: %s", out)
	}
	data, err := results.Load(found[0])
	must(t, err)
	for _, v := range variants {
		i := slices.IndexFunc(data.Run.Trials, func(trial results.Trial) bool { return trial.Lane == v.name })
		if i < 0 {
			t.Errorf("%s: no trial: %s", v.name, out)
			continue
		}
		trial := data.Run.Trials[i]
		measured := v.process == "" || slices.ContainsFunc(trial.Measured, func(p results.Process) bool { return p.Name == v.process })
		if trial.Status != v.status || !strings.Contains(trial.Reason(), v.says) || !measured {
			t.Errorf("%s: %s: %s %q, measured %v; want %s: %s, of %s", v.name, trial.Status, trial.Reason(), trial.Stderr, trial.Measured, v.status, v.says, v.process)
		}
	}
}

// background is a server that runs before the test begins, on a port it may have alone; the port is the last argument or stands
// for %s.
func background(t *testing.T, program string, args ...string) (port string) {
	t.Helper()
	l, err := ports.Listen("127.0.0.1", func(address string) (net.Listener, error) { return net.Listen("tcp", address) })
	must(t, err)
	_, port, err = net.SplitHostPort(l.Addr().String())
	must(t, err)
	must(t, l.Close())
	for i, a := range args {
		args[i] = strings.ReplaceAll(a, "%s", port)
	}
	if args[len(args)-1] == "--port" {
		args = append(args, port)
	}
	cmd := exec.Command(program, args...)
	cmd.Stderr = os.Stderr
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for {
		if c, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			must(t, c.Close())
			return port
		}
		select {
		case <-again.C:
		case <-t.Context().Done():
			t.Fatal("a server in the background does not begin")
		}
	}
}

// quota makes a control group with so many fortieths of a CPU; false: that cannot be had here.
func quota(t *testing.T, fortieths int) (group string, ok bool) {
	t.Helper()
	group = filepath.Join("/sys/fs/cgroup/cpu", "pushbench-"+t.Name()+"-"+strconv.Itoa(os.Getpid()))
	if err := os.Mkdir(group, 0o755); err != nil {
		t.Logf("the variant with a quota is left out: %v", err)
		return "", false
	}
	t.Cleanup(func() { _ = os.Remove(group) })
	for name, text := range map[string]string{"cpu.cfs_period_us": "40000", "cpu.cfs_quota_us": strconv.Itoa(1000 * fortieths)} {
		if err := os.WriteFile(filepath.Join(group, name), []byte(text), 0o644); err != nil {
			t.Logf("the variant with a quota is left out: %v", err)
			return "", false
		}
	}
	return group, true
}

func namespace() string { return "pushbench-" + strconv.Itoa(os.Getpid()) }

// network makes a network namespace that is reached over a pair of devices; false: that cannot be had here.
func network(t *testing.T) (host string, ok bool) {
	t.Helper()
	name, device := namespace(), "pb"+strconv.Itoa(os.Getpid())
	t.Cleanup(func() { _ = exec.Command("ip", "netns", "delete", name).Run() })
	for _, words := range []string{
		"netns add " + name, "link add " + device + " type veth peer name eth0 netns " + name, "addr add 198.18.7.1/30 dev " + device, "link set " + device + " up",
		"-n " + name + " addr add 198.18.7.2/30 dev eth0", "-n " + name + " link set eth0 up", "-n " + name + " link set lo up",
	} {
		if out, err := exec.Command("ip", strings.Fields(words)...).CombinedOutput(); err != nil {
			t.Logf("the variant in another network is left out: ip %s: %v: %s", words, err, out)
			return "", false
		}
	}
	return "198.18.7.2", true
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What a server may use that runs already is shown, where that is not what this process may.
func TestBoundsOfARunningServer(t *testing.T) {
	group, ok := quota(t, 10)
	if !ok {
		t.Skip("no control group with a quota can be made here")
	}
	dir := t.TempDir()
	self, err := os.Executable()
	must(t, err)
	quirks := filepath.Join(dir, "quirks")
	must(t, os.Symlink(self, quirks))
	file := filepath.Join(dir, "check.yaml")
	for _, c := range []struct{ before, want string }{
		{"", ""},
		{"echo $$ >" + group + "/cgroup.procs; ", "), may use 0.25 cpus"},
	} {
		port := background(t, "sh", "-c", c.before+"exec "+quirks+" --port %s")
		must(t, os.WriteFile(filepath.Join(dir, "mine.yaml"), []byte("about: mine\ntransport: sse\nurl: http://127.0.0.1:"+port+"\nsubscribe: /events\npublish: {url: /publish}\n"), 0o600))
		must(t, os.WriteFile(file, []byte("lanes: [mine.yaml]\nphases: [{ramp: {to: 10}}]\n"), 0o600))
		sc, err := scenario.Load(file, catalog())
		must(t, err)
		if got := runningBounds(t.Context(), sc); len(got) > 1 || (len(got) == 1) != (c.want != "") || !strings.Contains(strings.Join(got, ""), c.want) {
			t.Errorf("%q: %q, want %q", c.before, got, c.want)
		}
	}
}

// A run within a quota says so, before and in its record, and its trials do not count.
func TestRunWithinAQuota(t *testing.T) {
	t.Parallel()
	group, ok := quota(t, 10)
	if !ok {
		t.Skip("no control group with a quota can be made here")
	}
	dir := t.TempDir()
	self, err := os.Executable()
	must(t, err)
	file := filepath.Join(dir, "quota.yaml")
	text := "lanes: [tcp]\nphases: [{ramp: {to: 20}}, {ramp: {to: 40}}, {idle: 300ms}, {broadcast: {rate: 20, for: 300ms}}]\nblocks: 1\npatience: 20s\n"
	must(t, os.WriteFile(file, []byte(text), 0o600))
	out, _ := exec.Command("sh", "-c", fmt.Sprintf("echo $$ >%s/cgroup.procs; exec %s run %s --out %s", group, self, file, dir)).CombinedOutput()
	found, err := filepath.Glob(filepath.Join(dir, "quota-*"))
	must(t, err)
	if len(found) != 1 {
		t.Fatalf("no run: %s", out)
	}
	data, err := results.Load(found[0])
	must(t, err)
	bound := "0.25 cpus, of " + group
	if data.Run.Environment.Limits["cpu quota"] != "0.25 cpus" || !strings.Contains(string(out), "warning: cpu quota: "+bound) {
		t.Errorf("the record says %q: %s", data.Run.Environment.Limits, out)
	}
	if first := data.Run.Trials[0]; first.Status != results.StatusInvalid || !strings.Contains(first.Reason(), "the cpu quota of the control group of the run stopped it") {
		t.Errorf("%s: %s", first.Status, first.Reason())
	}
}
