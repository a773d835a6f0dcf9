package probe

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// tree writes files below a new folder and returns it.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestMeminfo(t *testing.T) {
	const zones = "Node 0, zone DMA32\n  pages free 9\n  pagesets\n    cpu: 0\n      count:    10\n    cpu: 1\n      count: 5\n"
	dir := tree(t, map[string]string{"meminfo": "MemTotal: 9 kB\nMemAvailable:   1000 kB\n", "zoneinfo": zones})
	readings, err := meminfo(t.Context(), Server{Proc: dir})
	kept := 15 * float64(os.Getpagesize())
	if got := values(t, readings, err); got["memory_available"] != 1024000 || got["free_per_cpu"] != kept || got["available"] != 1024000+kept {
		t.Errorf("got %v", got)
	}
	for want, text := range map[string]string{"no MemAvailable": "MemTotal: 9 kB\n", `parsing "all"`: "MemAvailable: all\n"} {
		_, err := meminfo(t.Context(), Server{Proc: tree(t, map[string]string{"meminfo": text, "zoneinfo": zones})})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want it to say %s", text, err, want)
		}
	}
}

// slabs are the caches of a kernel without a security module; an object takes a page but for those that are named.
func slabs(socket string) map[string]string {
	files := map[string]string{}
	for _, o := range objects(socket) {
		if strings.HasPrefix(o.cache, "lsm_") {
			continue
		}
		dir := "kernel/slab/" + o.cache + "/"
		files[dir+"order"], files[dir+"objs_per_slab"], files[dir+"reclaim_account"] = "0\n", "1\n", "0\n"
	}
	files["kernel/slab/"+socket+"/order"], files["kernel/slab/"+socket+"/objs_per_slab"] = "3\n", "16\n"
	files["kernel/slab/dentry/objs_per_slab"], files["kernel/slab/dentry/reclaim_account"] = "4\n", "1\n"
	return files
}

func TestSlab(t *testing.T) {
	page := float64(os.Getpagesize())
	for _, protocol := range []string{"TCP", "UDP"} {
		got, err := readSlab(tree(t, slabs(protocol)), protocol)
		want := slab{socket: page / 2, six: page, file: 5*page + page/4, port: 2 * page, reclaimable: page / 4}
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", protocol, got, err, want)
		}
		if took := got.of(side{sockets: 3, six: 1, files: 2}); took != 2*page/2+page+2*want.file {
			t.Errorf("%s: 3 sockets, one of IPv6, take %v", protocol, took)
		}
	}
	for name, text := range map[string]string{"filp/order": "", "filp/objs_per_slab": "0", "TCP/order": "99"} {
		files := slabs("TCP")
		files["kernel/slab/"+name] = text
		if _, err := readSlab(tree(t, files), "TCP"); err == nil || !strings.Contains(err.Error(), filepath.Dir(name)) {
			t.Errorf("%s %q: got %v", name, text, err)
		}
	}
}

func TestCgroup(t *testing.T) {
	const v1, v2, v2Hybrid = "4:memory:/docker/abc\n", "0::/user/a\n", "4:memory:/docker/abc\n0::/\n"
	mount := func(dir, root, kind, options string) string {
		return fmt.Sprintf("35 31 0:32 %s %s rw,relatime shared:9 - %s none %s\n", root, dir, kind, options)
	}
	group := func(used, limit string) string {
		return tree(t, map[string]string{"abc/memory.kmem.tcp.usage_in_bytes": used, "abc/memory.kmem.tcp.limit_in_bytes": limit})
	}
	const none = "9223372036854771712\n"
	for _, c := range []struct {
		name, groups, mounts string
		want                 float64
		err                  string
	}{
		{"v1", v1, mount(group("8192\n", "1000000\n"), "/docker", "cgroup", "rw,memory"), 8192, ""},
		{"v1 beside v2", v2Hybrid, mount("/u", "/", "cgroup2", "rw") + mount(group("4096\n", none), "/docker", "cgroup", "rw,memory"), 4096, ""},
		{"v1 never limited", v1, mount(group("0\n", none), "/docker", "cgroup", "rw,memory"), 0, "v1 counts only once"},
		{"v2", v2, mount(tree(t, map[string]string{"user/a/memory.stat": "anon 5\nsock 12288\n"}), "/", "cgroup2", "rw"), 12288, ""},
		{"v2 without the controller", v2, mount(tree(t, map[string]string{"user/a/memory.stat": "anon 5\n"}), "/", "cgroup2", "rw"), 0, "no line sock"},
		{"nothing mounted", v2, "", 0, "no memory control group"},
	} {
		s := proc(t, map[string]string{"cgroup": c.groups, "mountinfo": c.mounts})
		readings, err := cgroup(t.Context(), s)
		got := values(t, readings, err)
		_, _, why := cgroupSockets(s.Proc, "7")
		if c.err == "" && (why != nil || got["socket_memory"] != c.want) || c.err != "" && (len(got) > 0 || why == nil || !strings.Contains(why.Error(), c.err)) {
			t.Errorf("%s: %v, %v; want %v, %q", c.name, got, why, c.want, c.err)
		}
	}
}

// connect opens n connections to a listener and returns both ends.
func connect(t *testing.T, l net.Listener, n int) (clients, servers []net.Conn) {
	t.Helper()
	for range n {
		client, err := net.Dial("tcp", strings.Replace(l.Addr().String(), "[::]", "127.0.0.1", 1))
		if err != nil {
			t.Fatal(err)
		}
		server, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { client.Close(); server.Close() })
		clients, servers = append(clients, client), append(servers, server)
	}
	return clients, servers
}

// Each end is told from the other, and from the connections of other listeners.
func TestSocketsSeesTheServersEnds(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0", ":0"} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Logf("%s: %v", address, err)
			continue
		}
		defer l.Close()
		other, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		clients, servers := connect(t, l, 3)
		connect(t, other, 2)
		s := Server{Sys: "/sys", Address: l.Addr().(*net.TCPAddr).AddrPort()}
		if s.Address.Addr().IsUnspecified() { // of both families, and the clients' address is one of IPv4
			s.Address = netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), s.Address.Port())
		}
		if _, err := diagnose(question{address: s.Address}); errors.Is(err, errors.ErrUnsupported) {
			t.Skipf("no SOCK_DIAG here: %v", err)
		}
		before := read(t, s)
		if before["sockets"] != 3 || before["client_sockets"] != 3 || before["queued"] != 0 {
			t.Fatalf("%s: %v; want 3 sockets and as many clients', nothing queued", address, before)
		}
		if v, ok := before["kernel_memory"]; ok && (v < 3*2048 || v > 3*16384 || before["client_kernel_memory"] <= v) {
			t.Errorf("%s: kernel memory %v and %v of 3 sockets each", address, v, before["client_kernel_memory"])
		}
		if _, err := clients[0].Write(make([]byte, 1000)); err != nil { // the server does not read
			t.Fatal(err)
		}
		if _, err := servers[1].Write(make([]byte, 500)); err != nil { // the client does not
			t.Fatal(err)
		}
		after := read(t, s)
		for until := time.Now().Add(5 * time.Second); time.Now().Before(until) && (after["queued"] != 1000 || after["client_queued"] != 500); {
			after = read(t, s)
		}
		if after["queued"] != 1000 || after["client_queued"] != 500 || after["receive_memory"] < 1000 {
			t.Errorf("%s: %v; want 1000 B queued in the server's ends and 500 B in the clients'", address, after)
		}
	}
}

// What a server is connected to beside its subscribers costs memory, too.
func TestSocketsSeesAllOfAProcess(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	other, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		other, err = net.Listen("tcp", "127.0.0.1:0")
	}
	must(t, err)
	defer other.Close()
	connect(t, l, 3)
	s := Server{Proc: "/proc", Sys: "/sys", PID: os.Getpid(), Address: l.Addr().(*net.TCPAddr).AddrPort()}
	if err := socketsReadable(s.Proc); err != nil {
		t.Skipf("no sockets can be read here: %v", err)
	}
	before := read(t, s)
	connect(t, other, 2)
	after := read(t, s)
	if before["sockets"] != 3 || after["sockets"] != 3 || after["further_sockets"] != before["further_sockets"]+4 {
		t.Errorf("%v, with two connections more %v; want 3 sockets of subscribers, and 4 further ones more", before, after)
	}
	if v, ok := before["kernel_memory"]; ok && after["kernel_memory"] < v+4*1024 {
		t.Errorf("kernel memory %v, with 4 sockets more %v", v, after["kernel_memory"])
	}
}

// A server on UDP has one socket, whoever writes to it, and what waits in it is told. Of its clients nothing is accounting, where
// 0 would look like a measurement.
func TestSocketsSeesTheOneOfUDP(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		server, err := net.ListenPacket("udp", address)
		if err != nil {
			t.Logf("%s: %v", address, err)
			continue
		}
		defer server.Close()
		s := Server{Sys: "/sys", UDP: true, Address: server.LocalAddr().(*net.UDPAddr).AddrPort()}
		if _, err := diagnose(question{udp: true, address: s.Address}); errors.Is(err, errors.ErrUnsupported) {
			t.Skipf("no SOCK_DIAG of UDP here: %v", err)
		}
		before := read(t, s)
		for _, none := range []string{"client_sockets", "client_queued", "client_kernel_memory", "reclaimable_memory"} {
			if v, ok := before[none]; ok {
				t.Errorf("%s: %s is %v", address, none, v)
			}
		}
		if before["sockets"] != 1 || before["receive_memory"] != 0 {
			t.Fatalf("%s: %v; want one socket with nothing in it", address, before)
		}
		for range 3 { // sockets of three clients
			client, err := net.Dial("udp", server.LocalAddr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			if _, err := client.Write(make([]byte, 1200)); err != nil {
				t.Fatal(err)
			}
		}
		after := read(t, s)
		if after["sockets"] != 1 || after["receive_memory"] < 3*1200 {
			t.Errorf("%s: %v; want one socket with three packets of 1200 B", address, after)
		}
		if err := server.(*net.UDPConn).SetReadBuffer(4096); err != nil {
			t.Fatal(err)
		}
		if _, err := server.(*net.UDPConn).WriteTo(make([]byte, 1200), server.LocalAddr()); err != nil {
			t.Fatal(err)
		}
		if full := read(t, s); full["dropped"] != 1 || full["receive_limit"] >= after["receive_limit"] {
			t.Errorf("%s: %v; want one packet dropped by the smaller buffer", address, full)
		}
		if v, ok := before["kernel_memory"]; ok && (v < 1024 || after["kernel_memory"]-v < 3*1200) {
			t.Errorf("%s: kernel memory of %v B, with three packets %v", address, v, after["kernel_memory"])
		}
	}
}

func read(t *testing.T, s Server) map[string]float64 {
	t.Helper()
	var all []Reading
	for _, p := range Probes() {
		if p.Name == "sockets" {
			readings, err := p.Read(t.Context(), s)
			must(t, err)
			all = append(all, readings...)
		}
	}
	return values(t, all, nil)
}

func TestAccountingNamesEach(t *testing.T) {
	for _, c := range []struct{ proc, sys string }{{"/proc", "/sys"}, {t.TempDir(), t.TempDir()}} {
		accounting := Accounting(c.proc, c.sys)
		for _, what := range []string{"socket buffers", "socket objects", "socket options", "control group", "reads and writes"} {
			if accounting[what] == "" {
				t.Errorf("nothing about %s in %v", what, accounting)
			}
		}
	}
}
