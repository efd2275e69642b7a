package reproduce

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// Progress says how far a list of jobs is.
type Progress struct {
	Done, Jobs int           // runs
	Share      float64       // of the updates of all runs, the half-done ones included
	Left       time.Duration // at the pace so far; 0 while nothing was trained
}

// Runner carries jobs out, several at a time, and keeps each as soon as it is finished.
type Runner struct {
	Store   Store
	Workers int            // runs at a time, at least 1
	Report  func(Progress) // is called now and then, by one goroutine at a time; may be nil
}

// oneCore lets the arms of one run take turns on one core: jobs, not arms, are what is done at the same time.
type oneCore struct{ *session.LocalHost }

func (oneCore) Cores() int { return 1 }

// LoadAll takes the results of jobs that are finished from the store, and counts runs by what made them.
func (s Store) LoadAll(jobs []Job, into *Results) (made map[Provenance]int, err error) {
	_, made, err = s.loadAll(jobs, into)
	return made, err
}

// loadAll is LoadAll, and returns the other jobs.
func (s Store) loadAll(jobs []Job, into *Results) (waiting []Job, made map[Provenance]int, err error) {
	made = map[Provenance]int{}
	for _, j := range jobs {
		res, by, ok, err := s.Load(j.Experiment)
		switch {
		case err != nil:
			return nil, nil, err
		case ok:
			into.Add(j, res)
			made[by]++
		default:
			waiting = append(waiting, j)
		}
	}
	return waiting, made, nil
}

// Run makes the results of all jobs, in the store or anew, and counts runs by what made them. When the context ends it
// returns what there is with the context's error: finished runs are kept, and going on later takes only the rest.
func (r Runner) Run(ctx context.Context, jobs []Job, into *Results) (made map[Provenance]int, err error) {
	waiting, made, err := r.Store.loadAll(jobs, into)
	if err != nil {
		return nil, err
	}
	p := &pace{report: r.Report, jobs: len(jobs), finished: len(jobs) - len(waiting), begun: time.Now()}
	for _, j := range waiting {
		p.total += float64(j.Updates())
	}
	p.say()
	var mu sync.Mutex // of into, made, err and waiting
	var crew sync.WaitGroup
	for range min(max(r.Workers, 1), len(waiting)) {
		crew.Go(func() {
			for {
				mu.Lock()
				if len(waiting) == 0 || err != nil || ctx.Err() != nil {
					mu.Unlock()
					return
				}
				j := waiting[0]
				waiting = waiting[1:]
				mu.Unlock()
				res, wrong := r.Store.train(ctx, j, p.part(j))
				by := Provenance{r.Store.Revision, r.Store.Arithmetic}
				for i := range res {
					res[i].Provenance = by
				}
				if wrong == nil {
					wrong = r.Store.Save(j.Experiment, res)
				}
				if wrong == nil {
					r.Store.forget(j.Experiment)
				}
				mu.Lock()
				if wrong == nil {
					into.Add(j, res)
					made[by]++
				} else if err == nil {
					err = wrong
				}
				mu.Unlock()
			}
		})
	}
	crew.Wait()
	if err == nil {
		err = ctx.Err()
	}
	return made, err
}

// train runs one job to its end, from where it was left if it was. An arm that diverges is a result; what errs is the
// end of the context, with which the state is kept, or a document that is not valid. How many updates are done is told
// to progress, at first those of before.
func (s Store) train(ctx context.Context, j Job, progress func(updates float64)) ([]Result, error) {
	host := session.NewLocalHost(cpu.Factory{})
	run, err := s.begin(j.Experiment, oneCore{host})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", j.Experiment.Name, err)
	}
	defer run.Close()
	keeper := session.Autosaver{Every: every, Write: s.keep}
	run.SetSpeed(session.Max)
	run.Play()
	for !run.Done() {
		done := 0
		for _, t := range run.Record().Tracks {
			done += len(t)
		}
		progress(float64(done))
		if ctx.Err() != nil {
			_, _ = keeper.Last(run, func() { host.Wait(time.Second) }) // what cannot be kept is trained again
			return nil, ctx.Err()
		}
		host.Wait(200 * time.Millisecond)
		run.Tick()
		_ = keeper.Tick(run) // as is this
	}
	progress(float64(j.Updates()))
	return results(j.Group, run.Record(), run.Arms()), nil
}

// pace gathers how far the jobs are, and how long they will take.
type pace struct {
	mu             sync.Mutex
	report         func(Progress)
	jobs, finished int
	total, done    float64 // updates, of what was not in the store
	before         float64 // of them, those of runs that had been begun
	begun, said    time.Time
}

// part is the progress of one job: it is told the updates done so far, at first those that were done before.
func (p *pace) part(j Job) func(float64) {
	of, last, first := float64(j.Updates()), 0.0, true
	return func(updates float64) {
		p.mu.Lock()
		defer p.mu.Unlock()
		now := math.Min(updates, of)
		if first {
			p.before, first = p.before+now, false
		}
		p.done += now - last
		if now == of && last < of {
			p.finished++
		}
		last = now
		if time.Since(p.said) > time.Second {
			p.say()
		}
	}
}

func (p *pace) say() {
	p.said = time.Now()
	if p.report == nil {
		return
	}
	x := Progress{Done: p.finished, Jobs: p.jobs, Share: 1}
	if p.total > 0 {
		x.Share = p.done / p.total
	}
	if made := p.done - p.before; made > 0 {
		x.Left = time.Duration(float64(time.Since(p.begun)) * (p.total - p.done) / made)
	}
	p.report(x)
}

// arithmeticSteps is how long the trainings of [Arithmetic] are. Kernels that differ in one rounding of many thousands
// go the same way for tens of updates; training then enlarges the difference until the loss shows it.
const arithmeticSteps = 200

// Arithmetic identifies how this program computes on this machine: two trainings that touch every kind of tensor in the
// sizes of the claims' runs, hashed bit by bit. Kernels that add up in another order give another name, and runs made
// with them are not mixed.
func Arithmetic() (string, error) {
	h := sha256.New()
	for _, kind := range []optim.Kind{optim.AdamW, optim.Muon} {
		s := Setting{ID: "check", Task: task.KindText, At: 0.5, change: func(e *experiment.Experiment) {
			e.Optimizer.Kind, e.Steps = kind, arithmeticSteps
		}}
		g := Group{"arithmetic", []Entry{pair(model.Joint, widen.CopyCopy, "sparkling"),
			pair(model.Joint, widen.RandomRandom, "sparkling")}}
		res, err := Store{}.train(context.Background(), job(s, g, 1, false), func(float64) {})
		if err != nil {
			return "", err
		}
		for _, r := range res {
			if r.Failed != "" {
				return "", errors.New(r.Failed)
			}
			for _, p := range r.ValLoss {
				fmt.Fprintf(h, "%x ", math.Float64bits(float64(p.Loss)))
			}
			fmt.Fprintf(h, "%x\n", math.Float64bits(float64(r.FinalValLoss)))
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}
