package wire

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
)

// Trust says which certificates the clients of a server that is not ours accept.
type Trust struct {
	Roots    string `json:"roots,omitempty"`    // PEM; empty: those of the system
	Name     string `json:"name,omitempty"`     // that the certificate must have, and that is asked for (SNI)
	Insecure bool   `json:"insecure,omitempty"` // any certificate will do
}

// Config is TLS 1.2 or 1.3 towards a host, which has this name unless there is another.
func (t Trust) Config(host string) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host, InsecureSkipVerify: t.Insecure} //nolint:gosec // the lane file says so
	if t.Name != "" {
		c.ServerName = t.Name
	}
	if t.Roots != "" {
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM([]byte(t.Roots)) {
			return nil, errors.New("no certificate to trust: want PEM, which begins with -----BEGIN CERTIFICATE-----")
		}
	}
	return c, nil
}

// Web is the scheme of requests to where a URL leads that may be that of a WebSocket: http, or https.
func Web(scheme string) string {
	if Secure(scheme) {
		return "https"
	}
	return "http"
}

// Secure reports whether a scheme is one with TLS.
func Secure(scheme string) bool { return scheme == "https" || scheme == "wss" }
