package decision

// Gap is something a team asks that the run does not answer.
type Gap struct {
	Question string
	Command  string // that would; empty: nothing of pushbench does
}

func (d *Decision) gaps() (out []Gap) {
	add := func(known bool, question, command string) {
		if !known {
			out = append(out, Gap{question, command})
		}
	}
	lanes := ""
	for i, o := range d.Options {
		if i > 0 {
			lanes += ","
		}
		lanes += o.Name
	}
	has := func(metric string) bool { _, ok := d.Options[0].rows[metric]; return ok }
	add(d.Measured.Connections >= d.Workload.Users, "latency with all users connected", "pushbench run reach --lanes "+lanes)
	add(has(perUplink), "what a message of a client takes", "pushbench run uplink --lanes "+lanes)
	add(has("reconnect_time_p50"), "how long clients are away after their connections are cut, and what they miss", "pushbench run reconnect --lanes "+lanes)
	add(false, "what a restart of the server loses", "pushbench run restart --lanes "+lanes)
	add(false, "how many dead connections a server keeps", "pushbench run silent-death --lanes "+lanes)
	add(false, "what compression saves", "pushbench run compression")
	add(false, "what your proxy does to it: buffering, idle timeouts", "")
	return out
}
