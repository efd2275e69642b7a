//go:build !js

package pagetest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim"
)

// frames is what the page's main thread was busy with while a trace was taken.
type frames struct {
	PerSecond      float64
	Mean, P95, Max float64 // milliseconds of processor time of the main thread from one animation frame to the next
}

func (f frames) String() string {
	return fmt.Sprintf("%.1f frames a second, each %.2f ms in the mean, %.2f at the 95th percentile, %.2f at most", f.PerSecond, f.Mean, f.P95, f.Max)
}

// What the pictures take from training, and training from the pictures. It is measured and reported; what it proves is that the page
// stays alive while every core trains: frames come, and answers to a click.
func TestPageAnswersWhileThreeArmsTrainAtFullSpeed(t *testing.T) {
	e := sim.Default()
	e.Arms = e.Arms[1:]
	p := open(t, desktop, e.Link())
	p.run(`sparkling.pause()`)
	time.Sleep(time.Second)
	t.Logf("main thread, nothing training: %v", p.trace(3*time.Second))
	p.run(`sparkling.reset(); sparkling.speed("max"); sparkling.play()`)
	p.wait(`JSON.parse(sparkling.state()).last > 520`, time.Minute)
	busy := p.trace(6 * time.Second)
	t.Logf("main thread, three arms at full speed: %v", busy)
	assert.Greater(t, busy.PerSecond, 2.0, "frames a second")
	p.run(`document.getElementById("play").click()`)
	assert.False(t, p.state().Playing)
	assert.Less(t, p.state().Last, 1000, "the run was still going on")
}

// event is what a trace says of one task. Times are in microseconds.
type event struct {
	Name, Phase string
	Thread      int
	Begun, CPU  float64
}

func (e *event) UnmarshalJSON(data []byte) error {
	var raw struct {
		Name string  `json:"name"`
		Ph   string  `json:"ph"`
		Tid  int     `json:"tid"`
		TS   float64 `json:"ts"`
		TDur float64 `json:"tdur"`
	}
	err := json.Unmarshal(data, &raw)
	*e = event{raw.Name, raw.Ph, raw.Tid, raw.TS, raw.TDur}
	return err
}

// trace measures the main thread for a while, in processor time: on a machine whose cores are all busy training, wall time would
// mostly say how long the thread had to wait for one.
func (p *tab) trace(during time.Duration) frames {
	p.t.Helper()
	var mu sync.Mutex
	var events []event
	complete := make(chan struct{})
	listening, stop := context.WithCancel(p.ctx)
	defer stop()
	require.NoError(p.t, chromedp.Listen(listening, func(e any) {
		switch e := e.(type) {
		case *tracing.EventDataCollected:
			mu.Lock()
			defer mu.Unlock()
			for _, v := range e.Value {
				var one event
				if json.Unmarshal(v, &one) == nil {
					events = append(events, one)
				}
			}
		case *tracing.EventTracingComplete:
			close(complete)
		}
	}))
	_, err := chromedp.Call(p.ctx, tracing.Start, tracing.StartParams{TraceConfig: &tracing.TraceConfig{
		IncludedCategories: []string{"devtools.timeline", "disabled-by-default-devtools.timeline"},
	}})
	require.NoError(p.t, err)
	time.Sleep(during)
	_, err = chromedp.Call(p.ctx, tracing.End, cdp.Empty{})
	require.NoError(p.t, err)
	select {
	case <-complete:
	case <-time.After(30 * time.Second):
		require.FailNow(p.t, "the browser did not hand over its trace")
	}
	mu.Lock()
	defer mu.Unlock()
	return measure(p, events)
}

// measure sums the tasks of the thread that has the animation frames, from each task that holds one up to the next such task.
func measure(p *tab, events []event) frames {
	p.t.Helper()
	events = slices.DeleteFunc(events, func(e event) bool { return e.Phase != "X" })
	slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(a.Begun, b.Begun) })
	at := slices.IndexFunc(events, func(e event) bool { return e.Name == "FireAnimationFrame" })
	require.GreaterOrEqual(p.t, at, 0, "no animation frame in the trace")
	main := events[at].Thread
	var starts, costs []float64
	var task event
	for _, e := range events {
		switch {
		case e.Thread != main:
		case e.Name == "RunTask":
			task = e
			if len(costs) > 0 {
				costs[len(costs)-1] += e.CPU / 1000
			}
		case e.Name == "FireAnimationFrame":
			if len(costs) > 0 {
				costs[len(costs)-1] -= task.CPU / 1000
			}
			starts, costs = append(starts, task.Begun), append(costs, task.CPU/1000)
		}
	}
	n := len(costs) - 1 // the last frame may be cut off
	require.Greater(p.t, n, 2, "frames in the trace")
	out := frames{PerSecond: float64(n) * 1e6 / (starts[n] - starts[0])}
	costs = costs[:n]
	for _, c := range costs {
		out.Mean += c / float64(n)
	}
	require.Positive(p.t, out.Mean, "the browser measures processor time")
	slices.Sort(costs)
	out.P95, out.Max = costs[min(n-1, int(0.95*float64(n)))], costs[n-1]
	return out
}
