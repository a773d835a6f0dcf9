// Package pages opens the HTML of reports in a browser: whether a page fetches nothing, can be sorted and filtered with a keyboard, is
// dark where its reader wants that, and can be read by everybody, only a browser can tell. It is apart from pushbench's module, because
// what drives the browser is no part of pushbench.
package pages

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is longer than a browser takes on a busy machine.
const patience = 5 * time.Minute

// opened is a page in a browser, and what it did.
type opened struct {
	t   *testing.T
	ctx context.Context // chromedp keeps the browser in it

	mu       sync.Mutex
	requests []string
	faults   []string // errors and warnings on the console
}

// open opens a file as somebody does who got it.
func open(t *testing.T, page []byte) *opened {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no program chromium: make test installs it as root, and otherwise: apt-get install chromium")
	}
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, page, 0o600); err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.WSURLReadTimeout(patience))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	o := &opened{t: t}
	o.ctx, cancel = chromedp.NewContext(ctx, chromedp.WithListener(o.happened))
	t.Cleanup(cancel)
	address := url.URL{Scheme: "file", Path: file}
	call(o, network.Enable, network.EnableParams{})
	call(o, log.Enable, cdp.Empty{})
	call(o, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	o.do(chromedp.Navigate(address.String()))
	return o
}

// happened takes down what the browser tells of the page.
func (o *opened) happened(event any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, "data:") {
			o.requests = append(o.requests, e.Request.URL)
		}
	case *runtime.EventExceptionThrown:
		o.faults = append(o.faults, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		o.faults = append(o.faults, fmt.Sprintf("console.%s", e.Type))
	case *log.EventEntryAdded:
		o.faults = append(o.faults, e.Entry.Text)
	}
}

func (o *opened) do(actions ...chromedp.Action[chromedp.Void]) {
	o.t.Helper()
	if err := chromedp.Do(o.ctx, actions...); err != nil {
		o.t.Fatal(err)
	}
}

// call sends a command to the browser.
func call[P, R any](o *opened, command cdp.Command[P, R], parameters P) {
	o.t.Helper()
	if _, err := chromedp.Call(o.ctx, command, parameters); err != nil {
		o.t.Fatal(err)
	}
}

// value is that of an expression of JavaScript in the page.
func value[T any](o *opened, expression string, options ...chromedp.EvaluateOption) T {
	o.t.Helper()
	v, err := chromedp.Run(o.ctx, chromedp.Evaluate[T](expression, options...))
	if err != nil {
		o.t.Fatal(err)
	}
	return v
}

// keys presses keys, one after the other.
func (o *opened) keys(keys ...string) {
	o.t.Helper()
	for _, key := range keys {
		o.do(chromedp.KeyEvent(key))
	}
}

// wants sets what the reader prefers: light or dark, and the medium: screen or print.
func (o *opened) wants(scheme, medium string) {
	o.t.Helper()
	call(o, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: medium, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
}

// alone fails where the page asked for another file, or something went wrong in it.
func (o *opened) alone() {
	o.t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.requests) != 1 {
		o.t.Errorf("%d requests, want that for the file: %v", len(o.requests), o.requests)
	}
	for _, fault := range o.faults {
		o.t.Errorf("on the console: %s", fault)
	}
}

// accessible fails where axe finds something serious that keeps people from reading the page.
func (o *opened) accessible() {
	o.t.Helper()
	axe, err := os.ReadFile(filepath.Join("..", "..", "..", "bin", "peers", "axe", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		o.t.Logf("not checked for accessibility: %v: make test installs it with npm", err)
		return
	}
	var found []struct {
		ID, Impact, Help string
		Nodes            []struct{ HTML string }
	}
	value[chromedp.Void](o, string(axe)+";0")
	text := value[string](o, `axe.run(document, {resultTypes: ['violations']})
		.then(r => JSON.stringify(r.violations.filter(v => ['serious', 'critical'].includes(v.impact))))`, chromedp.EvalAwaitPromise)
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		o.t.Fatal(err)
	}
	for _, v := range found {
		o.t.Errorf("%s (%s): %s: %d places, such as %s", v.ID, v.Impact, v.Help, len(v.Nodes), v.Nodes[0].HTML)
	}
}

// focus gives an element the focus: keys go to it.
func (o *opened) focus(expression string) {
	o.t.Helper()
	value[chromedp.Void](o, expression+`.focus()`)
}
