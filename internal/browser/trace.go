package browser

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
)

// Frames is what the page's main thread was busy with while a trace was taken. Times are processor time of that thread,
// in milliseconds.
type Frames struct {
	PerSecond float64
	// from one animation frame to the next: the picture, and messages, timers and layout in between
	Mean, P95, Max float64
	Busy           float64 // 95th percentile of the frames that took more than [Idle]; 0 where there are none
	BusyShare      float64 // of all frames
	Own            float64 // 95th percentile of the task that makes the frame, alone
	Share          float64 // of one core, of all tasks
}

// errTooShort is what a trace with too few animation frames to measure is refused with.
var errTooShort = errors.New("the trace is too short")

// Idle is the processor time, in milliseconds, up to which a frame had nothing to do: the browser's own part of it.
const Idle = 1.0

func (f Frames) String() string {
	return fmt.Sprintf("%.1f frames a second; processor time from one to the next %.2f ms in the mean, %.2f at the "+
		"95th percentile, %.2f at most; the %.0f %% of them that took more than %.0f ms have their 95th percentile "+
		"at %.2f; of the frame's own task %.2f at the 95th percentile; %.1f %% of one core",
		f.PerSecond, f.Mean, f.P95, f.Max, 100*f.BusyShare, Idle, f.Busy, f.Own, 100*f.Share)
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

// Trace measures the main thread for a while, in processor time: on a machine whose cores are all busy training, wall
// time would mostly say how long the thread had to wait for one. Where so busy a machine has made too few frames to
// measure it takes longer.
func (t *Tab) Trace(during time.Duration) (f Frames, err error) {
	for range 4 {
		if f, err = t.trace(during); !errors.Is(err, errTooShort) {
			break
		}
		during *= 2
	}
	return f, err
}

func (t *Tab) trace(during time.Duration) (Frames, error) {
	var mu sync.Mutex
	var events []event
	complete := make(chan struct{})
	listening, stop := context.WithCancel(t.Ctx)
	defer stop()
	err := chromedp.Listen(listening, func(e any) {
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
	})
	if err != nil {
		return Frames{}, err
	}
	_, err = chromedp.Call(t.Ctx, tracing.Start, tracing.StartParams{TraceConfig: &tracing.TraceConfig{
		IncludedCategories: []string{"devtools.timeline", "disabled-by-default-devtools.timeline"},
	}})
	if err != nil {
		return Frames{}, err
	}
	time.Sleep(during)
	if _, err = chromedp.Call(t.Ctx, tracing.End, cdp.Empty{}); err != nil {
		return Frames{}, err
	}
	select {
	case <-complete:
	case <-time.After(30 * time.Second):
		return Frames{}, errors.New("the browser did not hand over its trace")
	}
	mu.Lock()
	defer mu.Unlock()
	return measure(events)
}

// measure sums the tasks of the thread that has the animation frames, from each task that holds one up to the next such
// task. What lies before the first task is the rest of one that had begun before the trace.
func measure(events []event) (Frames, error) {
	events = slices.DeleteFunc(events, func(e event) bool { return e.Phase != "X" })
	slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(a.Begun, b.Begun) })
	at := slices.IndexFunc(events, func(e event) bool { return e.Name == "FireAnimationFrame" })
	if at < 0 {
		return Frames{}, fmt.Errorf("%w: it has no animation frame", errTooShort)
	}
	main := events[at].Thread
	var starts, costs, own []float64
	var task event
	begun := false
	for _, e := range events {
		switch {
		case e.Thread != main:
		case e.Name == "RunTask":
			task, begun = e, true
			if len(costs) > 0 {
				costs[len(costs)-1] += e.CPU / 1000
			}
		case !begun:
		case e.Name == "FireAnimationFrame" && len(starts) > 0 && starts[len(starts)-1] == task.Begun:
			// another callback of the same frame
		case e.Name == "FireAnimationFrame":
			if len(costs) > 0 {
				costs[len(costs)-1] -= task.CPU / 1000
			}
			starts, costs, own = append(starts, task.Begun), append(costs, task.CPU/1000), append(own, task.CPU/1000)
		}
	}
	n := len(costs) - 1 // the last frame may be cut off
	if n < 3 {
		return Frames{}, fmt.Errorf("%w: it has %d whole animation frames", errTooShort, max(n, 0))
	}
	seconds := (starts[n] - starts[0]) / 1e6
	out := Frames{PerSecond: float64(n) / seconds}
	costs, own = costs[:n], own[:n]
	for _, c := range costs {
		out.Mean += c / float64(n)
	}
	if !(out.Mean > 0) {
		return Frames{}, errors.New("the browser does not measure processor time")
	}
	out.Share = out.Mean * float64(n) / 1000 / seconds
	slices.Sort(costs)
	slices.Sort(own)
	out.P95, out.Max, out.Own = percentile95(costs), costs[n-1], percentile95(own)
	if i := slices.IndexFunc(costs, func(c float64) bool { return c > Idle }); i >= 0 {
		out.Busy, out.BusyShare = percentile95(costs[i:]), float64(n-i)/float64(n)
	}
	return out, nil
}

// percentile95 is of sorted numbers, at least one.
func percentile95(x []float64) float64 { return x[min(len(x)-1, int(0.95*float64(len(x))))] }
