package probe

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// slab is what the kernel's objects of a socket take, in bytes.
type slab struct {
	socket      float64 // every socket of IPv4
	six         float64 // and of IPv6
	file        float64 // a socket that a process holds and waits for with epoll, as Go does with all
	port        float64 // a client's end: the buckets of its port
	reclaimable float64 // of file: allocated as reclaimable, and so counted as available while it is in use
}

// object is a kind of kernel object, named as its slab cache.
type object struct {
	cache string
	of    func(*slab) *float64
	rare  bool // not in every kernel
}

func ofFile(s *slab) *float64 { return &s.file }
func ofPort(s *slab) *float64 { return &s.port }

// objects is THE TABLE of what an end consists of (kernel: net/ipv4/tcp_ipv4.c and inet_hashtables.c, net/socket.c,
// fs/file_table.c, fs/dcache.c, fs/eventpoll.c, security/security.c). It was checked against the growth of all caches of
// 6.18 over 9 900 loopback connections: 8 128 B a connection, both ends, of which the table misses 2 %.
func objects(socket string) []object {
	return []object{
		{cache: socket, of: func(s *slab) *float64 { return &s.socket }},
		{cache: socket + "v6", of: func(s *slab) *float64 { return &s.six }, rare: true}, // in a kernel with IPv6
		{cache: "sock_inode_cache", of: ofFile},
		{cache: "filp", of: ofFile},
		{cache: "dentry", of: ofFile},
		{cache: "eventpoll_epi", of: ofFile},
		{cache: "eventpoll_pwq", of: ofFile},
		{cache: "ep_head", of: ofFile, rare: true},         // since 5.11
		{cache: "lsm_file_cache", of: ofFile, rare: true},  // where a security module keeps something with every file
		{cache: "lsm_inode_cache", of: ofFile, rare: true}, // and with every inode
		{cache: "tcp_bind_bucket", of: ofPort},
		{cache: "tcp_bind2_bucket", of: ofPort, rare: true}, // since 6.1
	}
}

// of is what the objects of one side take, ports not included.
func (s slab) of(one side) float64 {
	return s.socket*(one.sockets-one.six) + s.six*one.six + s.file*one.files
}

// readSlab reads the sizes from sys/kernel/slab, which unlike /proc/slabinfo knows caches that were merged with others
// under each of their names. Both are for root alone. The protocol is TCP or UDP.
func readSlab(sys, protocol string) (slab, error) {
	var s slab
	for _, o := range objects(protocol) {
		dir := filepath.Join(sys, "kernel", "slab", o.cache)
		size, err := objectSize(dir)
		if o.rare && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return slab{}, err
		}
		*o.of(&s) += size
		if one, err := number(filepath.Join(dir, "reclaim_account")); err == nil && one == 1 {
			s.reclaimable += size
		}
	}
	return s, nil
}

// objectSize is an object's share of the pages it is cut from: a struct tcp_sock of 2 368 B takes 2 521 B, because 13 of
// them fill 32 KiB.
func objectSize(dir string) (float64, error) {
	order, err := number(filepath.Join(dir, "order"))
	if err != nil {
		return 0, err
	}
	objects, err := number(filepath.Join(dir, "objs_per_slab"))
	if err != nil {
		return 0, err
	}
	if order < 0 || order > 20 || objects < 1 {
		return 0, fmt.Errorf("%s: %d objects in 2^%d pages", dir, objects, order)
	}
	return float64(os.Getpagesize()<<order) / float64(objects), nil
}

// number reads a file with one whole number.
func number(path string) (int, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	return n, nil
}
