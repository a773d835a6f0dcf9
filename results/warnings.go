package results

// Code names a kind of warning, in records and in code.
type Code string

// Kinds of warnings of trials and runs.
const (
	Text Code = "text" // of records that are older than codes, and of what only a process can word

	OtherCPU       Code = "other_cpu"
	StolenCPU      Code = "stolen_cpu"
	MemoryPressure Code = "memory_pressure"
	Swapped        Code = "swapped"
	BusyProcess    Code = "busy_process"
	SharedCPU      Code = "shared_cpu"
	Disturbing     Code = "disturbing"
	LeftProcesses  Code = "left_processes"
	Resumed        Code = "resumed_elsewhere"

	LoadCPU        Code = "load_cpu"
	LoadThrottled  Code = "throttled"
	ConnectsLate   Code = "connects_late"
	UplinksLate    Code = "uplinks_late"
	ReadsLate      Code = "reads_late"
	Unread         Code = "unread"
	LoadDropped    Code = "load_dropped"
	LinkOff        Code = "link_off"
	LinkUnread     Code = "link_unread"
	AgentsShare    Code = "agents_share_cpus"
	ByGoroutines   Code = "by_goroutines"
	FreeCompressed Code = "free_compression"
	CutShort       Code = "file_cut_short"

	Killed         Code = "killed"
	MaybeKilled    Code = "maybe_killed"
	ProcessesEnded Code = "processes_ended"
	ServerDropped  Code = "server_dropped"
	ServerNote     Code = "server_note"
	OpenBefore     Code = "open_before"
	Proxied        Code = "proxied"
	ProxiedWithin  Code = "proxied_within"
	NoHead         Code = "no_response_head"
	NotTraced      Code = "not_traced"

	Lost            Code = "lost"
	EndsLate        Code = "ends_late"
	Duplicated      Code = "duplicated"
	Reordered       Code = "reordered"
	Replayed        Code = "replayed"
	Unheard         Code = "unheard"
	Refused         Code = "refused"
	TooLong         Code = "too_long"
	Cut             Code = "cut"
	EndedCleanly    Code = "ended_cleanly"
	UplinksLost     Code = "uplinks_lost"
	UplinksMismatch Code = "uplinks_mismatch"
)

// Kinds of warnings of figures.
const (
	Missing       Code = "missing"
	UnknownSample Code = "unknown"
	NoFigure      Code = "no_figure"
	FewValues     Code = "few_values"
	OneCount      Code = "one_count"
	TwoCounts     Code = "two_counts"
	NotStraight   Code = "not_straight"
	MissingBlocks Code = "missing_blocks"
	InvalidTrials Code = "invalid_trials"
	OddValue      Code = "outlier"
	NoInterval    Code = "no_interval"
	NoComparison  Code = "no_comparison"
	BothZero      Code = "both_zero"
	ReachBelow    Code = "reach_below"
	ReachUnknown  Code = "reach_unknown"
	NotKeptAlive  Code = "not_kept_alive"
)

// warningKind is what there is to know of a code.
type warningKind struct {
	code     Code
	text     string   // a template over its arguments
	machine  bool     // it is about the machine and not about a lane
	harmless bool     // no figure is in doubt for it
	metrics  []string // how the names of those begin that it touches; empty: all
}

// warningKinds is THE TABLE of warnings. Whoever has a new one adds its code and its row.
func warningKinds() []warningKind {
	return []warningKind{
		{code: Text, text: "{{.text}}"},

		{code: OtherCPU, text: "other processes used more than {{.limit}}% of a cpu", machine: true},
		{code: StolenCPU, text: "the hypervisor took more than {{.limit}}% of a cpu", machine: true},
		{code: MemoryPressure, text: "processes waited for memory more than {{.limit}}% of the time", machine: true},
		{code: Swapped, text: "memory was swapped", machine: true},
		{code: BusyProcess, text: "another process was busy: {{.used}} ({{.which}})", machine: true},
		{code: SharedCPU, text: "server and load share one cpu: every figure contains the load's interference", machine: true},
		{code: Disturbing, text: "{{.what}}: {{.reading}}; {{.advice}}", machine: true},
		{code: LeftProcesses, text: "processes of a run that was killed are still there: {{.processes}}: kill {{.pids}}", machine: true},
		{code: Resumed, text: "resumed on another machine or build: {{.differences}}", machine: true},

		{code: LoadCPU, text: "the load generator used more than {{.limit}}% of its cpu"},
		{code: LoadThrottled, text: "the cpu quota of the control group of {{.group}} stopped it in {{.throttled}} of {{.periods}} periods, " +
			"for {{.milliseconds}} ms: raise the quota, or run without one"},
		{
			code: ConnectsLate, text: "the load generator began its connects late, by more than {{.limit}} at the {{.percentile}}th percentile",
			metrics: []string{"handshake", "tcp_connect", "tls_", "response_head"},
		},
		{code: UplinksLate, text: "the load generator sent its messages late, by more than {{.limit}} at the {{.percentile}}th percentile"},
		{code: ReadsLate, text: "what had arrived waited for the load generator, by more than {{.limit}} at the {{.percentile}}th percentile"},
		{code: Unread, text: "{{.bytes}} bytes had arrived and were not read when patience ended"},
		{code: LoadDropped, text: "{{.packets}} packets had arrived and found no room in the load's sockets"},
		{code: LinkOff, text: "packets took {{.read}} through the link and back instead of {{.asked}}: too much else runs on this machine"},
		{code: LinkUnread, text: "none of {{.probes}} packets came back through the link, so that its round trip is not known"},
		{code: AgentsShare, text: "{{.agents}} agents share {{.cpus}} cpus, and their reader never sleeps: they hold each other up; use reader: batched"},
		{code: ByGoroutines, text: "goroutines read the load of all lanes, because {{.lane}} needs them for {{.needs}}: what arrives is stamped when it is read, " +
			"not by the kernel; compare latencies with those of runs on goroutines", harmless: true},
		{code: FreeCompressed, text: "{{.lane}} compresses, and the messages of phase {{.broadcast}} are dots: what they take of the wire is no figure; " +
			"use payload: json"},
		{code: CutShort, text: "{{.file}}: the last line was cut short and is left out"},

		{code: Killed, text: "a process of the server was killed: {{.why}}"},
		{code: MaybeKilled, text: "a process of the server may have been killed: {{.why}}"},
		{code: ProcessesEnded, text: "processes of the server ended, so that what it counted is not known"},
		{code: ServerDropped, text: "packets were lost because the server's UDP socket had no room for them"},
		{code: ServerNote, text: "{{.what}}{{with .times}} ({{.}} times){{end}}"},
		{code: OpenBefore, text: "{{.connections}} connections of others to {{.address}} were open before the trial: they are part of every figure"},
		{code: Proxied, text: "what is measured, {{.server}}, is a proxy: it has {{.connections}} connections to {{.upstream}}, about one for each subscriber, " +
			"whose memory and cpu time are missing: name that server under url:, start both with command:, or add it under processes:"},
		{code: ProxiedWithin, text: "{{.server}} has {{.connections}} connections to {{.upstream}}, about one for each subscriber: " +
			"the kernel's memory for these is in no figure", metrics: []string{"memory_", "kernel_"}},
		{code: NoHead, text: "the server sends no response head before its first event: a published message confirmed each subscription, " +
			"and how long handshakes take is not known", harmless: true},
		{code: NotTraced, text: "it is left out: nothing of the first broadcast was received, which would tell a message on the wire", harmless: true},

		{code: Lost, text: "messages were lost: {{.lost}} of {{.expected}}" +
			"{{if .silent}}; {{.silent}} of {{.connections}} connections received nothing, the others lost nothing{{end}}" +
			"{{if .losers}}; {{.losers}} of {{.connections}} connections lost {{if .most}}{{.least}} to {{.most}}{{else}}{{.least}} each{{end}}{{end}}" +
			"{{if .unreached}}; {{.unreached}} of them received nothing{{end}}" +
			"{{if .away}}; {{if .all_away}}all{{else}}{{.away}}{{end}} were published while the client had no connection{{end}}"},
		{code: EndsLate, text: "messages were lost: the last message is missing and the others are late by the time between two: " +
			"each event ends when the next begins; is its empty line written with it?"},
		{code: Duplicated, text: "messages arrived twice: {{.messages}} of {{.received}}"},
		{code: Reordered, text: "messages arrived behind a later one: {{.messages}} of {{.received}}"},
		{
			code: Replayed, text: "the server replays its history: {{.messages}} messages were older than the subscription they came to, and are in no figure",
			harmless: true,
		},
		{code: Refused, text: "a server was away{{with .messages}}; messages it refused: {{.}}{{end}}{{with .unknown}}; messages sent to it without an answer: {{.}}{{end}}"},
		{code: Unheard, text: "{{.clients}} clients were confirmed, and have received nothing since"},
		{code: TooLong, text: "{{.messages}} messages of more than {{.limit}} KiB came and were skipped: none of the scenario's is so long, " +
			"and a larger size raises the limit"},
		{code: Cut, text: "connections were cut: {{.why}}"},
		{code: EndedCleanly, text: "the server ended connections cleanly: {{.how}}"},
		{code: UplinksLost, text: "messages of clients were lost, or confirmed more than once"},
		{code: UplinksMismatch, text: "the server did not receive exactly the messages that clients sent"},

		{code: Missing, text: "no {{.metric}}{{with .source}} of {{.}}{{end}}{{with .process}} for {{.}}{{end}} in phase {{.of}}{{with .why}}: {{.}}{{end}}"},
		{code: UnknownSample, text: "{{.metric}} of {{.source}} in phase {{.of}} is unknown"},
		{code: NoFigure, text: "{{.why}}"},
		{code: FewValues, text: "p{{.percentile}} needs {{.least}} values"},
		{code: OneCount, text: "a slope needs 2 connection counts"},
		{code: TwoCounts, text: "slope over 2 connection counts: nothing shows whether it is straight"},
		{code: NotStraight, text: "slope with R² below 0.9: {{.metric}} is no straight line over connections"},
		{code: MissingBlocks, text: "{{.missing}} of {{.blocks}} blocks have no trial that counts"},
		{code: InvalidTrials, text: "{{.invalid}} of {{.attempts}} trials invalid, and not counted: {{.why}}"},
		{code: OddValue, text: "outlier: trial {{.trial}} (block {{.block}}) is {{.value}}"},
		{code: NoInterval, text: "no interval: {{.why}}"},
		{code: NoComparison, text: "no comparison: {{.why}}"},
		{code: BothZero, text: "no comparison: {{.why}}"},
		{code: ReachBelow, text: "{{.share}} below 1: {{.figure}} not comparable"},
		{code: ReachUnknown, text: "{{.share}} unknown: {{.figure}} not comparable"},
		{code: NotKeptAlive, text: "the {{.side}} sends no heartbeats: idle connections not comparable"},
	}
}
