// The part of the kernel's types that programs.c reads, instead of a whole vmlinux.h. Offsets of members with
// preserve_access_index are those of the running kernel: they are looked up when the programs are loaded (BTF, CO-RE).
typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed short __s16;
typedef signed int __s32;
typedef signed long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

enum bpf_map_type { BPF_MAP_TYPE_HASH = 1, BPF_MAP_TYPE_PERCPU_ARRAY = 6 };
enum { BPF_ANY = 0 };

struct bpf_pidns_info {
	__u32 pid;  // of the thread
	__u32 tgid; // of the process
};

struct sock_common {
	__u16 skc_num; // a socket's own port, in the host's order
} __attribute__((preserve_access_index));

struct sock {
	struct sock_common __sk_common;
} __attribute__((preserve_access_index));

struct pt_regs;
