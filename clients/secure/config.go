package secure

import (
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/pushbench/pushbench/internal/wire"
)

// Config is TLS towards a target. A server that is not ours has its certificate verified as browsers do; that of one of ours, with TLS 1.3, is trusted as a
// key pinned in an app is: this one and no other, whatever it says of itself. Offer names the protocols to speak within (ALPN); none: the target is not asked.
func Config(t wire.Target, offer ...string) (*tls.Config, error) {
	if t.Trust != nil {
		config, err := t.Trust.Config("")
		if err == nil {
			config.NextProtos = offer
		}
		return config, err
	}
	block, _ := pem.Decode([]byte(t.Certificate))
	if block == nil {
		return nil, fmt.Errorf("the server at %s speaks TLS, and its ready line has no certificate to trust", t.Address)
	}
	trusted := block.Bytes
	return &tls.Config{
		MinVersion:         tls.VersionTLS13,
		NextProtos:         offer,
		InsecureSkipVerify: true, //nolint:gosec // in place of names and chains, the certificate itself is compared below
		VerifyConnection: func(s tls.ConnectionState) error {
			if len(s.PeerCertificates) != 1 || !bytes.Equal(s.PeerCertificates[0].Raw, trusted) {
				return errStranger
			}
			return nil
		},
	}, nil
}

var errStranger = errors.New("the server's certificate is not the one of its ready line")
