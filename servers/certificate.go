package servers

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// validity bounds a certificate's life: browsers take a hash in place of an issuer for at most two weeks (W3C WebTransport,
// section 6.8), and no run lasts longer.
const validity = 13 * 24 * time.Hour

// selfSigned makes the key and the certificate of an identity, for the host the process listens on, and returns the certificate as
// PEM too. ECDSA on P-256 is what certificate authorities issue by default today. One identity gives one certificate: its signature
// takes no random numbers (RFC 6979).
func selfSigned(host string, identity wire.Identity) (tls.Certificate, string, error) {
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), identity.Secret)
	if err != nil {
		return tls.Certificate{}, "", fmt.Errorf("certificate: %w", err)
	}
	now := identity.Issued
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: "pushbench"},
		NotBefore:    now.Add(-time.Hour), // clocks differ
		NotAfter:     now.Add(validity - time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     []string{"localhost"},
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else if host != "" {
		template.DNSNames = append(template.DNSNames, host)
	}
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, "", fmt.Errorf("certificate: %w", err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, string(text), nil
}

// secured is TLS 1.3 with the certificate, for a lane with these protocols in it (ALPN).
func secured(certificate tls.Certificate, protocols []string) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{certificate}, NextProtos: protocols}
}
