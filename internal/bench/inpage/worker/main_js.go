// Command worker is the benchmark's program in a Web Worker of its own: it carries out one job after the other and
// says how long they took. It draws nothing, trains for nobody, and is no part of the page.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"syscall/js"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/peak"
	"github.com/sparkling-lab/sparkling/internal/bench/shapes"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/model/compute"
)

func main() {
	w := &worker{engine: compute.NewCPU(), runs: map[int]measure.Run{}}
	js.Global().Set("bench", js.FuncOf(func(_ js.Value, args []js.Value) any {
		var reply struct {
			Error  string
			Answer any
		}
		answer, err := w.do([]byte(args[0].String()))
		if err != nil {
			reply.Error = err.Error()
		}
		reply.Answer = answer
		out, err := json.Marshal(reply)
		if err != nil {
			return `{"error": "a number that JSON does not know"}`
		}
		return string(out)
	}))
	select {}
}

type worker struct {
	engine compute.Engine
	runs   map[int]measure.Run // of a training step's products
	step   *workload.Step
}

func (w *worker) do(data []byte) (any, error) {
	var j workload.Job
	if err := json.Unmarshal(data, &j); err != nil {
		return nil, err
	}
	ctx := context.Background()
	switch j.Do {
	case "peak":
		return peak.For("wasm").Measure(), nil
	case "products": // the first n of the network's, all where n is 0, beside scalar blocked Go
		list := shapes.Main()
		if j.N > 0 {
			list = list[:j.N]
		}
		scalar, err := compute.NewCPUWith("scalar")
		if err != nil {
			return nil, err
		}
		return workload.MeasureProducts(ctx, j.Effort, list, workload.By(w.engine), workload.By(scalar))
	case "product":
		return w.product(j)
	case "updates":
		if w.step == nil {
			var err error
			if w.step, err = workload.Default().New(w.engine); err != nil {
				return nil, err
			}
		}
		return w.step.Updates(j.N), nil
	case "elementwise":
		return workload.MeasureElementwise(ctx, w.engine, j.Effort)
	case "probes":
		return workload.MeasureProbes(ctx, w.engine, j.Effort)
	case "profile":
		return workload.MeasureProfile(ctx, workload.Default(), w.engine, j.Repetitions, j.N)
	}
	return nil, fmt.Errorf("no job %q", j.Do)
}

// product measures one product of a training step once more.
func (w *worker) product(j workload.Job) (float64, error) {
	if w.runs[j.N] == nil {
		p := workload.Default().Products()[j.N]
		dst, a, b := p.Operands()
		w.runs[j.N] = measure.Repeat(j.Each, func() { w.engine.MatMul(p.Form, dst, a, b, false) })
	}
	return w.runs[j.N]()
}
