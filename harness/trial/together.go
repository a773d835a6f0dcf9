package trial

import "golang.org/x/sync/errgroup"

// together does something with all processes of a kind at the same time; the error is the first there was.
func together[P any](all []P, do func(int, P) error) error {
	var group errgroup.Group
	for i, p := range all {
		group.Go(func() error { return do(i, p) })
	}
	return group.Wait()
}

// killAll is for the paths on which something has failed already, and does nothing to processes that have ended.
func killAll[P interface{ kill() }](all []P) {
	for _, p := range all {
		p.kill()
	}
}
