package scenario

import (
	"fmt"
	"maps"

	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/internal/wire"
)

// listens is the host that the certificate of a proxy is for.
const listens = "127.0.0.1"

// Secured is what is to be started of the proxy: its program, with a fresh certificate where clients come by TLS, which is returned as
// PEM too.
func (p *Proxy) Secured() (runs program.Program, certificate string, err error) {
	runs = p.Program
	if p.Front == program.InClear {
		return runs, "", nil
	}
	both, certificate, err := wire.NewIdentity().PEM(listens)
	if err != nil {
		return runs, "", err
	}
	runs.Config = map[string]string{program.CertificateFile: both}
	maps.Copy(runs.Config, p.Config)
	return runs, certificate, nil
}

// Reach has clients that would connect to a server connect to the proxy before it, by its front; but for where that is.
func (p *Proxy) Reach(t *wire.Target, certificate string) error {
	if p.Front == program.InClear {
		return nil
	}
	t.TLS, t.Certificate, t.Trust = true, certificate, nil
	switch {
	case p.Front == program.WithTLS, t.Transport == "websocket": // which browsers speak over HTTP/1.1 unless a server offers RFC 8441
		return nil
	case t.Transport == "longpoll", t.Transport == "poll":
		return fmt.Errorf("%s: the load's clients that ask again and again have no HTTP/2: leave +%s out, or the lane", t.Transport, program.WithHTTP2)
	}
	t.Streams = 1
	return nil
}
