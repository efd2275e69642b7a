package cli

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/sparkling-lab/sparkling/internal/bench/peak"
	"github.com/sparkling-lab/sparkling/internal/plain"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/pretrain"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// How often a line of progress is rewritten on a terminal, and after how long one is written elsewhere also where no
// step with a measurement came by.
const (
	rewritten = 200 * time.Millisecond
	atLatest  = 30 * time.Second
)

// telling says what a run does: one line that is rewritten on a terminal, lines elsewhere, JSON for machines.
type telling struct {
	e        *env
	json     bool
	quiet    bool
	terminal bool
	of       string  // steps, padded
	peak     float64 // operations a second of this machine's threads; 0 where nobody looks, or a GPU computes
	every    int     // steps from checkpoint to checkpoint
	val      float32 // newest
	last     time.Time
	shown    bool // a line stands on the terminal
}

func newTelling(e *env, v trainVerb, exp experiment.Experiment, set pretrain.Setup) *telling {
	t := &telling{e: e, json: v.JSON, quiet: v.Quiet, val: float32(math.NaN()), every: set.Every}
	t.of = fmt.Sprint(exp.End(0))
	if f, ok := e.screen.(*os.File); ok && !v.JSON {
		t.terminal = term.IsTerminal(int(f.Fd()))
	}
	if set.On == nil && (v.JSON || !v.Quiet) {
		t.peak = peak.All()[0].Measure() * float64(set.Threads)
	}
	return t
}

// tell is told every event.
func (t *telling) tell(v pretrain.Event) {
	if v.Kind == pretrain.Trained && record.Finite(float64(v.Frame.ValLoss)) {
		t.val = v.Frame.ValLoss
	}
	if (v.Kind == pretrain.Trained || v.Kind == pretrain.Searched) && !t.due(v.Marked) {
		return
	}
	if t.json {
		line, err := json.Marshal(t.event(v))
		if err == nil {
			_, _ = t.e.out.Write(append(line, '\n')) // who no longer reads does not end the training
		}
		return
	}
	if v.Kind == pretrain.Unkept {
		t.line(fmt.Sprintf("The run is not kept at present, and the training goes on: %s.", v.Saying))
		return
	}
	if t.quiet {
		return
	}
	switch v.Kind {
	case pretrain.Begun:
		if v.Saying != "" {
			t.line("Passed over: " + v.Saying + ".")
		}
		switch {
		case fmt.Sprint(v.Step) == t.of:
			t.line(fmt.Sprintf("The run is over: it came to step %s.", t.of))
			return
		case v.Step > 0:
			t.line(fmt.Sprintf("Going on from step %d of %s.", v.Step, t.of))
		}
		if v.Foreign != "" {
			t.line(v.Foreign)
		}
		t.line(fmt.Sprintf("A checkpoint every %d steps.", t.every))
	case pretrain.Trained:
		t.progress(t.step(v))
	case pretrain.Searched:
		t.progress(v.Saying)
	case pretrain.Widened:
		where := ""
		if v.OnDisk {
			where = " on the disk"
		}
		t.line(fmt.Sprintf("Widened%s at step %d: %s parameters instead of %s, validation loss %.4f instead of %.4f.",
			where, v.Step, record.Thousands(v.Report.ParamsAfter), record.Thousands(v.Report.ParamsBefore),
			v.Report.ValLossAfter, v.Report.ValLossBefore))
	}
}

// due reports whether an update is told of, of the run or of a search.
func (t *telling) due(marked bool) bool {
	now := time.Now()
	since := now.Sub(t.last)
	if t.terminal && since < rewritten || !t.terminal && !marked && since < atLatest {
		return false
	}
	t.last = now
	return true
}

// step is one update in a line. What a narrow terminal has no room for stands last.
func (t *telling) step(v pretrain.Event) string {
	f, p := v.Frame, v.Pace
	s := fmt.Sprintf("step %*d/%s", len(t.of), v.Step, t.of)
	if p.Left > 0 {
		s += "  " + span(p.Left) + " left"
	}
	s += fmt.Sprintf("  loss %.4f", f.TrainLoss)
	if record.Finite(float64(t.val)) {
		s += fmt.Sprintf("  val %.4f", t.val)
	}
	s += fmt.Sprintf("  lr %.2e", f.LROld)
	if f.LRNew != f.LROld {
		s += fmt.Sprintf(" new %.2e", f.LRNew)
	}
	if p.Tokens > 0 {
		s += fmt.Sprintf("  %s tokens/s", record.Thousands(int64(p.Tokens)))
		if t.peak > 0 {
			s += fmt.Sprintf("  %.2g %% of peak", t.share(p))
		}
	}
	return s + "  " + size(held())
}

// share is that of the machine's peak, in percent.
func (t *telling) share(p pretrain.Pace) float64 { return 100 * p.FLOPs / t.peak }

// span is a time in the two units that fit.
func span(d time.Duration) string {
	switch s := int(d.Round(time.Second).Seconds()); {
	case s >= 86400:
		return fmt.Sprintf("%d d %d h", s/86400, s%86400/3600)
	case s >= 3600:
		return fmt.Sprintf("%d h %d min", s/3600, s%3600/60)
	case s >= 60:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	default:
		return fmt.Sprintf("%d s", s)
	}
}

// line writes a line that stays.
func (t *telling) line(s string) {
	t.clear()
	fmt.Fprintln(t.e.err, plain.Line(s))
}

// progress writes a line that the next one takes the place of, where that can be.
func (t *telling) progress(s string) {
	if !t.terminal {
		t.line(s)
		return
	}
	if f, ok := t.e.screen.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 && len(s) >= width {
			s = s[:width-1] // it is ASCII
		}
	}
	fmt.Fprintf(t.e.screen, "\r%s\x1b[K", plain.Line(s))
	t.shown = true
}

// clear takes away what stands on the terminal for the moment.
func (t *telling) clear() {
	if t.shown {
		fmt.Fprint(t.e.screen, "\r\x1b[K")
	}
	t.shown = false
}

// told is an event as JSON. What was not measured is missing, what is no number null.
type told struct {
	Event       pretrain.Kind `json:"event"`
	Engine      string        `json:"engine,omitempty"`
	Foreign     string        `json:"other_engine,omitempty"`
	Step        int           `json:"step"`
	TrainLoss   *number       `json:"train_loss,omitempty"`
	ValLoss     *number       `json:"val_loss,omitempty"`
	FullValLoss *number       `json:"full_val_loss,omitempty"`
	LROld       *number       `json:"lr_old,omitempty"`
	LRNew       *number       `json:"lr_new,omitempty"`
	GradNorm    *number       `json:"grad_norm,omitempty"`
	Tokens      float64       `json:"tokens_per_second,omitempty"`
	FLOPs       float64       `json:"flops_per_second,omitempty"`
	Peak        float64       `json:"peak_fraction,omitempty"`
	Memory      float64       `json:"memory_bytes,omitempty"`
	Left        float64       `json:"seconds_left,omitempty"`
	NotFinite   string        `json:"not_finite,omitempty"`
	Params      int64         `json:"params,omitempty"`
	LossBefore  *number       `json:"val_loss_before,omitempty"`
	LossAfter   *number       `json:"val_loss_after,omitempty"`
	LogitError  *number       `json:"logit_error,omitempty"`
	OnDisk      bool          `json:"on_disk,omitempty"`
	Dir         string        `json:"dir,omitempty"`
	Saying      string        `json:"message,omitempty"`
}

// event is what a machine reads of one.
func (t *telling) event(v pretrain.Event) told {
	of := func(x float64) *number { n := number(x); return &n }
	out := told{Event: v.Kind, Step: v.Step, Engine: v.Engine, Foreign: v.Foreign}
	switch v.Kind {
	case pretrain.Trained:
		f, p := v.Frame, v.Pace
		out.TrainLoss, out.LROld, out.LRNew = of(float64(f.TrainLoss)), of(float64(f.LROld)), of(float64(f.LRNew))
		out.GradNorm, out.NotFinite = of(v.GradNorm), f.NotFinite
		if record.Finite(float64(f.ValLoss)) {
			out.ValLoss = of(float64(f.ValLoss))
		}
		if record.Finite(float64(f.FullValLoss)) {
			out.FullValLoss = of(float64(f.FullValLoss))
		}
		if out.Tokens, out.FLOPs = p.Tokens, p.FLOPs; t.peak > 0 {
			out.Peak = t.share(p) / 100
		}
		out.Memory, out.Left = held(), p.Left.Seconds()
	case pretrain.Widened:
		r := v.Report
		out.Params, out.OnDisk = r.ParamsAfter, v.OnDisk
		out.LossBefore, out.LossAfter = of(float64(r.ValLossBefore)), of(float64(r.ValLossAfter))
		out.LogitError = of(float64(r.LogitError))
	case pretrain.Kept:
		out.Dir = v.Saying
	default:
		out.Saying = strings.TrimSpace(v.Saying)
	}
	return out
}
