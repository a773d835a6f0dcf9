package conform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/pushbench/pushbench/internal/wire"
)

// payloads publishes messages of all kinds, one after the other: a subscriber must see which is which.
func payloads(ctx context.Context, h *session) error {
	const subscribers, each = 2, 8
	kinds := []wire.Content{
		{Payload: wire.PayloadBinary, Size: 333, Seed: 1},
		{Payload: wire.PayloadJSON, Size: 5000, Seed: 2},
		{Payload: wire.PayloadRandom, Size: 1000, Seed: 3},
		{Payload: wire.PayloadBinary, Size: 70_000, Seed: 4},
		{Payload: wire.PayloadBinary, Size: wire.StampSize, Seed: 5},
		{Payload: wire.PayloadText, Size: 64},
	}
	for i := range kinds {
		kinds[i].Mark = h.mark
	}
	if h.target.External != nil { // which is published to in text
		kinds = slices.DeleteFunc(kinds, func(c wire.Content) bool { return c.Payload == wire.PayloadBinary })
	}
	all, err := h.subscribe(ctx, subscribers, wire.Live)
	if err != nil {
		return err
	}
	read, err := h.receive(ctx, all, each*len(kinds), func() error {
		for _, c := range kinds {
			if _, err := h.publish(ctx, each, c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, s := range all {
		if read[i] != nil {
			return fmt.Errorf("subscriber %d: %w", i+1, read[i])
		}
		for at, p := range s.payloads {
			stamp, _ := wire.ParseStamp(p)
			if c := kinds[at/each]; !bytes.Equal(p, c.Message(stamp)) {
				return fmt.Errorf("subscriber %d: a message of %s differs from the published one: %.40q", i+1, c.Payload, p)
			}
		}
	}
	return nil
}

// lineBreaks publishes text with line breaks of every kind.
func lineBreaks(ctx context.Context, h *session) error {
	if h.target.External != nil && h.target.Transport == "ndjson" {
		return SkipReason("a line is a message")
	}
	s, err := h.one(ctx, wire.Live)
	if err != nil {
		return err
	}
	content := wire.Content{Payload: wire.PayloadLines, Size: 128, Mark: h.mark}
	done, err := h.publish(ctx, 1, content)
	switch {
	case err != nil && h.target.External != nil:
		return SkipReason("a text with line breaks cannot be published: " + err.Error())
	case err != nil:
		return err
	}
	cut := errors.New("a text is cut at its first line break")
	line, _, _ := bytes.Cut(content.Message(wire.Stamp{})[wire.StampSize:], []byte{'\n'})
	begins := func(other []byte) bool { return bytes.HasSuffix(other, line) } // and its envelope does not end
	switch err := s.await(ctx, func() bool { return len(s.payloads) > 0 || slices.ContainsFunc(s.others, begins) }); {
	case err != nil:
		return fmt.Errorf("a text with line breaks did not come: %w", err)
	case len(s.payloads) == 0:
		return cut
	}
	got := s.payloads[0]
	stamp, _ := wire.ParseStamp(got)
	sent := content.Message(stamp)
	if h.target.External != nil && bytes.Equal(got, escaped(sent)) { // cut out of a JSON string
		got = sent
	}
	if h.target.Transport == "sse" { // which has one break
		got, sent = lineFeeds(got), lineFeeds(sent)
	}
	first := sent[:bytes.IndexAny(sent, "\r\n")]
	switch {
	case stamp.Seq != done.Through:
		return fmt.Errorf("message %d came in place of message %d", stamp.Seq, done.Through)
	case bytes.Equal(got, sent):
		return nil
	case bytes.Equal(got, first):
		return cut
	case bytes.Equal(got, bytes.TrimRight(sent, "\r\n")):
		return errors.New("the line break at the end of a text is lost")
	default:
		return fmt.Errorf("a text with line breaks came as %.80q, and was %.80q", got[min(len(got), wire.StampSize):], sent[wire.StampSize:])
	}
}

// lineFeeds is a text with LF for every line break.
func lineFeeds(text []byte) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte{'\n'}), []byte{'\r'}, []byte{'\n'})
}

// escaped is a text as in a JSON string.
func escaped(text []byte) []byte {
	quoted, _ := json.Marshal(string(text)) // a string always can be
	return quoted[1 : len(quoted)-1]
}
