// Package torch is the peer PyTorch: the same network on the same batches from the same weights, in a Python process
// on one thread that waits while others are measured. It is used where Python has the package torch; nothing is
// installed here.
package torch

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/internal/tools"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/optim"
)

//go:embed step.py
var script string

// Peer is a PyTorch process at one network.
type Peer struct {
	Version string

	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr bytes.Buffer
	losses []float64 // of the first updates
}

// tensor is one of the weights.
type tensor struct {
	Shape []int  `json:"shape"`
	Data  []byte `json:"data"` // little-endian float32
}

// job is the first line that the script reads.
type job struct {
	Weights   map[string]tensor `json:"weights"`
	IDs       []int32           `json:"ids"` // symbols of all batches, then labels of all
	Batch     int               `json:"batch"`
	Seq       int               `json:"seq"`
	Model     model.Config      `json:"model"`
	Optimizer optim.Config      `json:"optimizer"`
	LR        float64           `json:"lr"`
}

// Start begins a process at a shape's first weights, and has it make [First] updates.
func Start(ctx context.Context, shape workload.Shape) (p *Peer, err error) {
	p = &Peer{}
	defer func() {
		if err != nil {
			p.Close()
			err = fmt.Errorf("PyTorch: %w\n%s", err, bytes.TrimSpace(p.stderr.Bytes()))
		}
	}()
	python, err := tools.PyTorch(ctx)
	if err != nil {
		return p, err
	}
	s, err := shape.New(compute.NewCPU())
	if err != nil {
		return p, err
	}
	j := job{Weights: map[string]tensor{}, Batch: shape.Batch, Seq: shape.Seq,
		Model: s.Net.Config, Optimizer: shape.Optimizer, LR: workload.Rate}
	s.Net.Weights.Each(func(name string, shape []int, values []float32) {
		data, _ := binary.Append(nil, binary.LittleEndian, values) // numbers have a size
		j.Weights[name] = tensor{slices.Clone(shape), data}
	})
	for _, b := range s.Batch {
		j.IDs = append(j.IDs, b.IDs...)
	}
	for _, b := range s.Batch {
		j.IDs = append(j.IDs, b.Labels...)
	}
	p.cmd = exec.CommandContext(ctx, python, "-I", "-c", script)
	p.cmd.Env, p.cmd.Stderr = oneThread(os.Environ()), &p.stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return p, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return p, err
	}
	p.out = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		return p, err
	}
	var ready struct{ Version string }
	if err := p.ask(j, &ready); err != nil {
		return p, err
	}
	p.Version = ready.Version
	_, p.losses, err = p.Steps(First)
	return p, err
}

// First is how many updates have to have the same losses on both sides.
const First = 3

// Same errs unless the losses of the first updates are about those given: it would not be the same network, and a
// comparison of times worth nothing.
func (p *Peer) Same(ours []float64) error {
	for i, theirs := range p.losses {
		if !(math.Abs(ours[i]-theirs) <= 1e-2) {
			const wrong = "after %d updates the loss is %.4f here and %.4f in PyTorch: not the same network"
			return fmt.Errorf(wrong, i, ours[i], theirs)
		}
	}
	return nil
}

// oneThread is an environment in which PyTorch takes the machine's own kernels, on one thread.
func oneThread(env []string) []string {
	env = slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		return strings.HasPrefix(v, "OPENBLAS_") || strings.HasPrefix(v, "OMP_") || strings.HasPrefix(v, "MKL_")
	})
	return append(env, "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1", "MKL_NUM_THREADS=1")
}

// ask sends one line and reads the answer.
func (p *Peer) ask(what, answer any) error {
	if err := json.NewEncoder(p.in).Encode(what); err != nil {
		return err
	}
	reply, err := p.out.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("the process ended: %w", err)
	}
	return json.Unmarshal(reply, answer)
}

// Steps makes n updates and returns the seconds of one, in the mean, and the cross-entropy of each.
func (p *Peer) Steps(n int) (seconds float64, losses []float64, err error) {
	var answer struct {
		Seconds float64
		Losses  []float64
	}
	if err := p.ask(n, &answer); err != nil {
		return 0, nil, fmt.Errorf("%w\n%s", err, bytes.TrimSpace(p.stderr.Bytes()))
	}
	return answer.Seconds / float64(n), answer.Losses, nil
}

// Close ends the process.
func (p *Peer) Close() {
	if p.in != nil {
		p.in.Close()
	}
	if p.cmd != nil && p.cmd.Process != nil {
		_ = p.cmd.Wait()
	}
}
