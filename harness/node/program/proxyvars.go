package program

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"time"
)

// Front is how clients reach a proxy, on its way to a server in clear.
type Front string

// The fronts. HTTP/2 is within TLS, as browsers have it, and HTTP/1.1 beside it for WebSocket.
const (
	InClear   Front = ""
	WithTLS   Front = "tls"
	WithHTTP2 Front = "h2"
)

// CertificateFile is the file under a proxy's folder with its key and its certificate, where it has TLS.
const CertificateFile = "certificate.pem"

// Upstream is a server behind a proxy; printed HOST:PORT.
type Upstream struct{ Host, Port string }

func (u Upstream) String() string { return net.JoinHostPort(u.Host, u.Port) }

// Names of what the file of a proxy may have a place for.
const (
	PlaceForIdle  = "Idle"
	PlaceForTLS   = "TLS"
	PlaceForHTTP2 = "H2"
)

// Place is what a file must have for a front; empty: nothing.
func (f Front) Place() string {
	return map[Front]string{WithTLS: PlaceForTLS, WithHTTP2: PlaceForHTTP2}[f]
}

// errNoProxy is the error of templates that only a proxy's file can have.
var errNoProxy = errors.New("proxies alone lead to another server")

// Upstream is where a proxy leads.
func (v *Vars) Upstream() (u Upstream, err error) {
	if v.LeadsTo == "" {
		return u, errNoProxy
	}
	if u.Host, u.Port, err = net.SplitHostPort(v.LeadsTo); err != nil {
		return u, fmt.Errorf("the server behind it: %w", err)
	}
	return u, nil
}

// Idle is how long a proxy lets a connection be silent: what the trial wants or, where it wants nothing, what the file has here.
func (v *Vars) Idle(own string) (string, error) {
	v.uses(PlaceForIdle)
	switch {
	case v.LeadsTo == "":
		return "", errNoProxy
	case v.Silence == 0:
		return own, nil
	case v.Silence%time.Second == 0:
		return fmt.Sprintf("%ds", v.Silence/time.Second), nil
	default:
		return fmt.Sprintf("%dms", v.Silence.Milliseconds()), nil
	}
}

// TLS tells whether clients speak TLS to a proxy.
func (v *Vars) TLS() bool {
	v.uses(PlaceForTLS)
	return v.Front != InClear
}

// H2 tells whether they may speak HTTP/2 within it.
func (v *Vars) H2() bool {
	v.uses(PlaceForHTTP2)
	return v.Front == WithHTTP2
}

// Certificate is the path of a PEM file with a proxy's key and its certificate.
func (v *Vars) Certificate() string { return filepath.Join(v.Folder, CertificateFile) }

// uses notes that a file has a place for something.
func (v *Vars) uses(name string) {
	if v.Places == nil {
		v.Places = map[string]bool{}
	}
	v.Places[name] = true
}
