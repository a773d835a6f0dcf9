package http1

import (
	"bytes"
	"fmt"
	"net/http"
)

// Head returns the head of a response that net/http has read, for a decoder that is given its body without the framing.
func Head(r *http.Response) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %s\r\n", r.Status)
	_ = r.Header.Write(&b) // a buffer takes all
	b.WriteString("\r\n")
	return b.Bytes()
}
