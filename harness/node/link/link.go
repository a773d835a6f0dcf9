// Package link is a network between the clients and everything else, on one machine: packets are delayed, lost, reordered and sent at
// a rate as a scenario says. Without it every figure is one of loopback, where nothing is ever late or lost.
//
// It does not use the kernel's netem: many kernels have none, and one way for all makes runs comparable. The clients' processes run
// in a network namespace of their own whose only route is a TUN device. This process has the other end of that device, and one of a
// second in the namespace of the servers, and forwards IP packets between the two. Both vanish with it, however it ends: the namespace
// has no name, and the devices are not persistent.
//
//	agents -- TUN inside -- box: loss, rate, delay -- TUN outside -- server, proxies
//
// Servers stay on 127.0.0.1 and clients connect there: route_localnet (ip-sysctl of the kernel) lets those addresses leave loopback, on
// these two devices alone. Packets have at most 1500 bytes, as on Ethernet, and no offloads: what is lost is a packet, and not
// 64 KiB of them.
//
// node starts it as a process with role link and asks it for its counters; `pushbench link` is its command.
package link

// mtu is the largest packet in bytes.
const mtu = 1500
