// Package torch is the peer PyTorch: the same network on the same batches from the same weights, in a Python process on one thread that
// waits while others are measured. It is used where Python has the package torch; nothing is installed here.
package torch

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/optim"
)

//go:embed step.py
var script string

// Missing says what to install where no Python with PyTorch was found.
const Missing = "no Python with PyTorch; install the Debian package python3-torch"

// find is the first python3 on the path that has PyTorch. It looks apart from the present folder (-I): a folder called torch there would
// be taken for it.
func find(ctx context.Context) (string, error) {
	const has = "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)"
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		path := filepath.Join(dir, "python3")
		if exec.CommandContext(ctx, path, "-I", "-c", has).Run() == nil {
			return path, nil
		}
		if err := ctx.Err(); err != nil {
			return "", err
		}
	}
	return "", errors.New(Missing)
}

// Peer is a PyTorch process at one network.
type Peer struct {
	Version string

	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr bytes.Buffer
	dir    string
}

// tensor says where a tensor lies in the file.
type tensor struct {
	Name  string `json:"name"`
	Shape []int  `json:"shape"`
	At    int    `json:"at"`
}

// job is the first line that the script reads.
type job struct {
	File      string       `json:"file"`
	Tensors   []tensor     `json:"tensors"`
	IDs       int          `json:"ids"` // where the batches begin: symbols of all, then labels of all
	Batch     int          `json:"batch"`
	Seq       int          `json:"seq"`
	Model     model.Config `json:"model"`
	Optimizer optim.Config `json:"optimizer"`
	LR        float64      `json:"lr"`
}

// Start begins a process at a shape's first weights, makes as many updates as there are losses of ours, and errs unless its own agree: it
// would not be the same network, and a comparison of times worth nothing.
func Start(ctx context.Context, shape workload.Shape, ours []float64) (*Peer, error) {
	python, err := find(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "sparkling-torch-*")
	if err != nil {
		return nil, err
	}
	p := &Peer{dir: dir}
	if err := p.start(ctx, python, shape, ours); err != nil {
		p.Close()
		return nil, fmt.Errorf("PyTorch: %w\n%s", err, bytes.TrimSpace(p.stderr.Bytes()))
	}
	return p, nil
}

func (p *Peer) start(ctx context.Context, python string, shape workload.Shape, ours []float64) error {
	s, err := shape.New(compute.NewCPU())
	if err != nil {
		return err
	}
	j := job{File: filepath.Join(p.dir, "data"), Batch: shape.Batch, Seq: shape.Seq,
		Model: s.Net.Config, Optimizer: shape.Optimizer, LR: workload.Rate}
	var data bytes.Buffer
	s.Net.Weights.Each(func(name string, shape []int, values []float32) {
		j.Tensors = append(j.Tensors, tensor{name, shape, data.Len()})
		_ = binary.Write(&data, binary.LittleEndian, values) // a buffer grows
	})
	j.IDs = data.Len()
	for _, b := range s.Batch {
		_ = binary.Write(&data, binary.LittleEndian, b.IDs)
	}
	for _, b := range s.Batch {
		_ = binary.Write(&data, binary.LittleEndian, b.Labels)
	}
	if err := os.WriteFile(j.File, data.Bytes(), 0o600); err != nil {
		return err
	}
	p.cmd = exec.CommandContext(ctx, python, "-I", "-c", script)
	p.cmd.Env, p.cmd.Stderr = oneThread(os.Environ()), &p.stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	p.out = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		return err
	}
	var ready struct{ Version string }
	if err := p.ask(j, &ready); err != nil {
		return err
	}
	p.Version = ready.Version
	_, losses, err := p.Steps(len(ours))
	for i := range losses {
		if !(math.Abs(ours[i]-losses[i]) <= 1e-2) {
			return fmt.Errorf("after %d updates the loss is %.4f here and %.4f there: not the same network", i, ours[i], losses[i])
		}
	}
	return err
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
	os.RemoveAll(p.dir)
}
