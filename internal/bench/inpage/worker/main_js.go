// Command worker is the benchmark's program in a Web Worker of its own: it carries out one job after the other and says how long they
// took. It draws nothing, trains for nobody, and is no part of the page.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"syscall/js"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/inpage/job"
	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/peak"
	"github.com/sparkling-lab/sparkling/internal/bench/profile"
	"github.com/sparkling-lab/sparkling/internal/bench/shapes"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/model/compute"
)

func main() {
	w := &worker{engine: compute.NewCPU(), steps: job.Products()}
	js.Global().Set("bench", js.FuncOf(func(_ js.Value, args []js.Value) any {
		answer, err := w.answer([]byte(args[0].String()))
		if err != nil {
			answer.Error = err.Error()
		}
		out, err := json.Marshal(answer)
		if err != nil {
			return `{"error": "a number that JSON does not know"}`
		}
		return string(out)
	}))
	select {}
}

type worker struct {
	engine compute.Engine
	steps  []shapes.Product
	runs   map[int]measure.Run // of the step's products
	step   *workload.Step
	arm    *arm
}

func (w *worker) answer(data []byte) (job.Answer, error) {
	var j job.Job
	if err := json.Unmarshal(data, &j); err != nil {
		return job.Answer{}, err
	}
	lap := time.Duration(j.Lap * float64(time.Millisecond))
	switch j.Do {
	case "limits":
		return w.limits(j.Of), nil
	case "products":
		return w.products(lap, j.Of, j.N)
	case "product":
		return w.product(j.N, lap)
	case "updates":
		return w.updates(j.N)
	case "elements":
		return w.elements(lap, j.Of)
	case "probes":
		p, err := workload.MeasureProbes(context.Background(), w.engine, lap, j.Of)
		return job.Answer{Probes: p}, err
	case "profile":
		p, err := profile.Of(context.Background(), workload.Default(), w.engine, j.Of, j.N)
		return job.Answer{Profile: &p}, err
	case "arm":
		return w.train(j.N)
	}
	return job.Answer{}, fmt.Errorf("no job %q", j.Do)
}

func (w *worker) limits(of int) job.Answer {
	a := job.Answer{Engine: w.engine.Name(), Limits: map[string]float64{}}
	for _, l := range peak.Limits() {
		for range of {
			a.Limits[l.Name] = max(a.Limits[l.Name], l.Measure())
		}
	}
	return a
}

// products measures the first n shapes, all where n is 0, beside scalar blocked Go.
func (w *worker) products(lap time.Duration, of, n int) (a job.Answer, err error) {
	scalar, err := compute.NewCPUWith("scalar")
	if err != nil {
		return a, err
	}
	list := shapes.Main()
	if n > 0 {
		list = list[:n]
	}
	for _, p := range list {
		p.Count = 1
		dst, x, y := p.Operands()
		times, err := measure.Interleaved(context.Background(), of,
			measure.Repeat(lap, func() { w.engine.MatMul(p.Form, dst, x, y, false) }),
			measure.Repeat(lap, func() { scalar.MatMul(p.Form, dst, x, y, false) }))
		if err != nil {
			return a, err
		}
		a.Products = append(a.Products, job.Product{Name: p.Name(), FLOPs: p.FLOPs(), Ours: times[0], Scalar: times[1]})
	}
	return a, nil
}

// product measures one product of a training step once more.
func (w *worker) product(n int, lap time.Duration) (job.Answer, error) {
	if n < 0 || n >= len(w.steps) {
		return job.Answer{}, fmt.Errorf("no product %d", n)
	}
	if w.runs == nil {
		w.runs = map[int]measure.Run{}
	}
	if w.runs[n] == nil {
		p := w.steps[n]
		dst, a, b := p.Operands()
		w.runs[n] = measure.Repeat(lap, func() { w.engine.MatMul(p.Form, dst, a, b, false) })
	}
	s, err := w.runs[n]()
	return job.Answer{Seconds: s}, err
}

// updates makes n updates of the default experiment after Inner 2x.
func (w *worker) updates(n int) (a job.Answer, err error) {
	if w.step == nil {
		if w.step, err = workload.Default().New(w.engine); err != nil {
			return a, err
		}
	}
	a.Losses = make([]float64, n)
	begin := time.Now()
	for i := range n {
		a.Losses[i] = w.step.Run()
	}
	a.Seconds = time.Since(begin).Seconds() / float64(n)
	return a, nil
}

func (w *worker) elements(lap time.Duration, of int) (a job.Answer, err error) {
	a.Elements, err = workload.MeasureElements(context.Background(), w.engine, lap, of)
	return a, err
}
