package inpage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/shapes"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/internal/tools"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// Version of TensorFlow.js that is the peer.
const Version = "4.22.0"

// theirFiles are what the browser loads, by their paths below the folder that npm fills.
var theirFiles = []string{
	"tfjs-core/dist/tf-core.min.js", "tfjs-backend-wasm/dist/tf-backend-wasm.min.js",
	"tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm", "tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm",
}

// AgainstTFJS measures every matrix product of a training step in our worker and in TensorFlow.js, in turns, each as
// often as the step has it. It returns their seconds in sum: ours, theirs. Their results are compared.
func (p *Page) AgainstTFJS(ctx context.Context, effort measure.Effort) (sum [2]float64, err error) {
	if err := p.addTFJS(ctx); err != nil {
		return sum, err
	}
	step := workload.Default()
	for i, product := range step.Products() {
		batch := batched(step, product)
		theirs := map[string]any{"key": i, "ms": 1e3 * effort.Each.Seconds(), "form": product.Name()[:2],
			"m": product.M, "n": product.N, "k": product.K, "batch": batch}
		want := sumOf(product)
		times, err := measure.Interleaved(ctx, effort.Repetitions, func() (float64, error) {
			return Do[float64](p, workload.Job{Do: "product", N: i, Effort: effort})
		}, func() (float64, error) {
			var a struct {
				Seconds, Sum float64
				Backend      string
			}
			err := p.ask("theirs", theirs, &a)
			if err == nil && !(a.Backend == "wasm" && math.Abs(a.Sum-want) <= 1e-2*math.Max(1, math.Abs(want))) {
				err = fmt.Errorf("%s: TensorFlow.js on %q sums to %g, not %g", product.Name(), a.Backend, a.Sum, want)
			}
			return a.Seconds, err
		})
		if err != nil {
			return sum, err
		}
		for k := range sum {
			sum[k] += float64(product.Count) * measure.Median(times[k])
		}
	}
	return sum, nil
}

// batched is how many equal products of a layer a peer that knows batches gets in one call: the heads of all
// sequences, or the experts. Products over all tokens stand alone.
func batched(s workload.Shape, p shapes.Product) int {
	if p.M == s.Tokens() || p.K == s.Tokens() {
		return 1
	}
	return max(1, p.Count/(2*s.Model.Layers))
}

// sumOf is the sum of all numbers of a product.
func sumOf(p shapes.Product) (sum float64) {
	dst, a, b := p.Operands()
	compute.Reference{}.MatMul(p.Form, dst, a, b, false)
	for _, v := range dst.Data {
		sum += float64(v)
	}
	return sum
}

// addTFJS puts TensorFlow.js beside our files. It is fetched with npm the first time.
func (p *Page) addTFJS(ctx context.Context) error {
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	dir := filepath.Join(cache, "sparkling", "tfjs-"+Version)
	if p.copyTFJS(dir) == nil {
		return nil
	}
	npm, err := tools.NPM()
	if err != nil {
		return errors.Join(fmt.Errorf("no TensorFlow.js %s; with npm on the path it is fetched once", Version), err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	c := exec.CommandContext(ctx, npm, "install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts",
		"--prefix", dir, "@tensorflow/tfjs-core@"+Version, "@tensorflow/tfjs-backend-wasm@"+Version)
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("npm install of TensorFlow.js %s: %w\n%s", Version, err, bytes.TrimSpace(out))
	}
	return p.copyTFJS(dir)
}

func (p *Page) copyTFJS(dir string) error {
	for _, f := range theirFiles {
		data, err := os.ReadFile(filepath.Join(dir, "node_modules", "@tensorflow", filepath.FromSlash(f)))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(p.dir, "files", filepath.Base(f)), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
