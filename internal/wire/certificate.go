package wire

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
)

// validity bounds a certificate's life: browsers take a hash in place of an issuer for at most two weeks (W3C WebTransport,
// section 6.8), and no run lasts longer.
const validity = 13 * 24 * time.Hour

// Certificate makes the key and the certificate of an identity, for the host the process listens on, and returns the certificate as
// PEM too. ECDSA on P-256 is what certificate authorities issue by default today. One identity gives one certificate: its signature
// takes no random numbers (RFC 6979).
func (i Identity) Certificate(host string) (tls.Certificate, string, error) {
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), i.Secret)
	if err != nil {
		return tls.Certificate{}, "", fmt.Errorf("certificate: %w", err)
	}
	now := i.Issued
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

// PEM is the key and the certificate in one file, as proxies take them.
func (i Identity) PEM(host string) (both, certificate string, err error) {
	made, certificate, err := i.Certificate(host)
	if err != nil {
		return "", "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(made.PrivateKey)
	if err != nil {
		return "", "", fmt.Errorf("certificate: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})) + certificate, certificate, nil
}
