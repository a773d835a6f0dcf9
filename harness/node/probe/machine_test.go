package probe

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// quiet is a machine of two CPUs that were idle for 30 s and waited for a disk for 4 s, of which a hypervisor took 1 s.
// The guest time of the first line is a part of its user time.
func quiet() map[string]string {
	return map[string]string{
		"stat":    "cpu  500 0 100 3000 400 10 20 100 300 0\ncpu0 1 0 0 0 0 0 0 0 0 0\ncpu1 1 0 0 0 0 0 0 0 0 0\nintr 5 0 0\nctxt 9\n",
		"vmstat":  "nr_free_pages 7\npswpin 3\npswpout 4\n",
		"loadavg": "1.25 0.50 0.10 2/90 123\n",
	}
}

func TestMachine(t *testing.T) {
	now := time.Duration(wire.Now()).Seconds()
	readings, err := Machine(t.Context(), Server{Proc: tree(t, quiet()), Sys: t.TempDir()})
	got := values(t, readings, err)
	busy := 2*now - 30 - 4 - 1
	if got["machine_busy"] < busy || got["machine_busy"] > busy+20 || got["machine_steal"] != 1 || got["swapped"] != 7*float64(os.Getpagesize()) || got["load1"] != 1.25 {
		t.Errorf("got %v, want about %v s of a busy machine", got, busy)
	}
	if len(got) != 4 {
		t.Errorf("got %v: neither pressure nor a frequency can be had here", got)
	}
}

func TestMachineReadsWhatSomeKernelsHave(t *testing.T) {
	files := quiet()
	files["pressure/cpu"] = "some avg10=0.00 avg60=0.00 avg300=0.88 total=2500000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=9\n"
	files["pressure/memory"] = "some avg10=0.00 avg60=0.00 avg300=0.00 total=125000\n"
	sys := tree(t, map[string]string{
		"devices/system/cpu/cpu0/cpufreq/scaling_cur_freq": "2000000\n",
		"devices/system/cpu/cpu1/cpufreq/scaling_cur_freq": "3000000\n",
	})
	readings, err := Machine(t.Context(), Server{Proc: tree(t, files), Sys: sys})
	got := values(t, readings, err)
	if got["pressure_cpu"] != 2.5 || got["pressure_memory"] != 0.125 || got["frequency"] != 2.5e9 {
		t.Errorf("got %v, want 2.5 s, 0.125 s and 2.5 GHz", got)
	}
}

func TestMachineSaysWhatIsWrong(t *testing.T) {
	for file, bad := range map[string]struct{ text, want string }{
		"stat":    {"intr 5\n", "no times of the cpus"},
		"vmstat":  {"pswpin many\n", `pswpin is "many"`},
		"loadavg": {"\n", "loadavg"},
	} {
		files := quiet()
		files[file] = bad.text
		if _, err := Machine(t.Context(), Server{Proc: tree(t, files)}); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%s %q: got %v, want it to say %s", file, bad.text, err, bad.want)
		}
	}
}
