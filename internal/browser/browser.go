// Package browser drives a Chromium without a window: it opens one, evaluates expressions in its tab, and measures what
// the main thread is busy with. The page's tests and the benchmarks share it. It knows nothing of the page, and decides
// nothing about what is good.
package browser

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Window is the size of a window in CSS pixels, its device pixels per CSS pixel, and whether fingers point in it.
type Window struct {
	W, H  int64
	Scale float64
	Touch bool
}

// Desktop is a window that most people have.
var Desktop = Window{W: 1440, H: 900, Scale: 1}

// Tab is the only tab of a browser of its own.
type Tab struct {
	Ctx  context.Context // of chromedp
	stop func()
}

// Open starts the browser at path with an empty tab. Its profile is kept in the folder. listen, unless nil, gets every
// event of the tab.
func Open(ctx context.Context, path, profile string, w Window, listen func(event any)) (*Tab, error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("headless", "new"), chromedp.Flag("use-gl", "angle"), chromedp.Flag("use-angle", "swiftshader"),
		chromedp.Flag("enable-unsafe-swiftshader", true), chromedp.Flag("ignore-gpu-blocklist", true),
		chromedp.Flag("disable-smooth-scrolling", true), // which would go on after a script has scrolled elsewhere
		chromedp.WSURLReadTimeout(2*time.Minute), chromedp.WindowSize(int(w.W), int(w.H)),
		chromedp.Env("LC_ALL=C.UTF-8"), // without which a browser finds no file whose name is not ASCII
		chromedp.UserDataDir(profile))
	alloc, stop := chromedp.NewExecAllocator(ctx, options...)
	tab, cancel := chromedp.NewContext(alloc)
	t := &Tab{tab, func() { cancel(); stop() }}
	if err := t.prepare(w, listen); err != nil {
		t.Close()
		return nil, fmt.Errorf("the browser %s cannot be used: %w", path, err)
	}
	return t, nil
}

func (t *Tab) prepare(w Window, listen func(event any)) error {
	if listen != nil {
		if err := chromedp.Listen(t.Ctx, listen); err != nil {
			return err
		}
	}
	if _, err := chromedp.Call(t.Ctx, network.Enable, network.EnableParams{}); err != nil {
		return err
	}
	_, err := chromedp.Call(t.Ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: w.W, Height: w.H, DeviceScaleFactor: w.Scale, Mobile: w.Touch,
	})
	return err
}

// Close ends the browser.
func (t *Tab) Close() { t.stop() }

// Do carries out actions of chromedp, within two minutes.
func (t *Tab) Do(actions ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(t.Ctx, 2*time.Minute)
	defer cancel()
	return chromedp.Do(ctx, actions...)
}

// Eval is the value of an expression, or of the promise that it gives, within a limit.
func Eval[T any](t *Tab, limit time.Duration, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(t.Ctx, limit)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Wait waits until an expression is true, and errs when it still is not after the limit.
func (t *Tab) Wait(expression string, limit time.Duration) error {
	for end := time.Now().Add(limit); ; time.Sleep(50 * time.Millisecond) {
		ok, err := Eval[bool](t, time.Minute, "!!("+expression+")")
		// on its way to another page it knows nothing
		if err != nil && !strings.Contains(err.Error(), "target navigated") {
			return err
		}
		if ok {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("waited in vain for %s within %v", expression, limit)
		}
	}
}

// Navigate opens an address and waits until it has loaded.
func (t *Tab) Navigate(address string) error { return t.Do(chromedp.Navigate(address)) }

// Version is the browser's name and version.
func (t *Tab) Version() (string, error) {
	agent, err := Eval[string](t, time.Minute,
		`(navigator.userAgentData?.brands ?? []).map((b) => b.brand + " " + b.version).find((b) => `+
			`b.startsWith("Chromium")) ?? navigator.userAgent`)
	return strings.TrimSpace(agent), err
}
