//go:build ignore

// What the kernel runs at its tracepoints while processes are watched. `make generate` compiles it.
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

// Programs that read the kernel's structures must be free to be used under the GPL too, which the MIT license of pushbench
// allows.
char __license[] SEC("license") = "Dual MIT/GPL";

#define MOST_PROCESSES 256
#define MOST_THREADS (16 << 10) // of all processes, sends of more are not counted; Go's own bound is 10 000 a process
#define OTHER_SYSCALL 1023      // means the calls whose numbers the array has no room for; Linux has none so far

// settings are set before the programs are loaded.
struct settings {
	__u32 processes; // that are watched
	__u32 pids[MOST_PROCESSES];
	__u16 ports[MOST_PROCESSES];        // their subscribers are connected to
	__u64 pid_ns_device, pid_ns_inode; // the namespace the pids are of
	__u64 begin;                        // times are kept since then, in ns on CLOCK_MONOTONIC
	__u32 step_bits;                    // and in two parts: steps of so many bits of ns, and the rest below
	__u32 frame;                        // bytes of a message on the wire
};
volatile const struct settings settings;

// sums is what the programs add up on one CPU.
struct sums {
	__u64 sends, bytes, retransmits;
	__u64 messages;
	__u64 enter_steps, enter_low; // when the calls that sent them were entered
	__u64 left_steps, left_low;
};

// entries has for each thread when it entered the call it is in.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MOST_THREADS);
	__type(key, __u64);
	__type(value, __u64);
} entries SEC(".maps");

// calls has for each number of a system call how often it was entered.
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, OTHER_SYSCALL + 1);
	__type(key, __u32);
	__type(value, __u64);
} calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sums);
} totals SEC(".maps");

// Maps are per CPU, but programs of some tracepoints can be interrupted by their like.
#define ADD(to, by) __sync_fetch_and_add(&(to), by)

// sums_of finds the sums of this CPU if the socket is bound to a port of ours.
static struct sums *sums_of(const struct sock *socket)
{
	__u16 port = socket->__sk_common.skc_num;
	for (__u32 i = 0; i < settings.processes && i < MOST_PROCESSES; i++) {
		if (settings.ports[i] == port) {
			__u32 first = 0;
			return bpf_map_lookup_elem(&totals, &first);
		}
	}
	return 0;
}

// sys_enter notes when a thread of ours entered the kernel, and counts the call by its number.
SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *registers, long number)
{
	struct bpf_pidns_info ids;
	if (bpf_get_ns_current_pid_tgid(settings.pid_ns_device, settings.pid_ns_inode, &ids, sizeof(ids)))
		return 0;
	for (__u32 i = 0; i < settings.processes && i < MOST_PROCESSES; i++) {
		if (settings.pids[i] != ids.tgid)
			continue;
		__u64 thread = bpf_get_current_pid_tgid(), now = bpf_ktime_get_ns();
		bpf_map_update_elem(&entries, &thread, &now, BPF_ANY);
		__u32 call = (__u64)number < OTHER_SYSCALL ? number : OTHER_SYSCALL;
		__u64 *count = bpf_map_lookup_elem(&calls, &call);
		if (count)
			ADD(*count, 1);
		return 0;
	}
	return 0;
}

// sock_send_length adds up what a call gave to the socket of a subscriber. A client's socket may have the same port on
// another address, but the client's thread no entry.
SEC("tp_btf/sock_send_length")
int BPF_PROG(sock_send_length, struct sock *socket, int sent)
{
	if (sent <= 0) // an error, such as EAGAIN
		return 0;
	struct sums *sums = sums_of(socket);
	if (!sums)
		return 0;
	__u64 left = bpf_ktime_get_ns() - settings.begin, thread = bpf_get_current_pid_tgid();
	__u64 *at = bpf_map_lookup_elem(&entries, &thread);
	if (!at)
		return 0;
	__u64 entered = *at - settings.begin;
	__u64 messages = ((__u32)sent + settings.frame / 2) / settings.frame; // to the next whole number; none: a heartbeat
	ADD(sums->sends, 1);
	ADD(sums->bytes, (__u32)sent);
	ADD(sums->messages, messages);
	__u32 bits = settings.step_bits;
	ADD(sums->enter_steps, (entered >> bits) * messages);
	ADD(sums->enter_low, (entered & ((1ULL << bits) - 1)) * messages);
	ADD(sums->left_steps, (left >> bits) * messages);
	ADD(sums->left_low, (left & ((1ULL << bits) - 1)) * messages);
	return 0;
}

// tcp_retransmit_skb counts segments that are sent again. It runs in whatever thread the timer interrupts.
SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(tcp_retransmit_skb, const struct sock *socket)
{
	struct sums *sums = sums_of(socket);
	if (sums)
		ADD(sums->retransmits, 1);
	return 0;
}
