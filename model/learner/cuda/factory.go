package cuda

import (
	"errors"
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// Factory makes learners on one device. Several may be there at once. Close gives the device back.
type Factory struct {
	dev       *driver.Device
	kernels   *kernels
	precision Precision
	logits    int
}

// needs is the CUDA version that the kernels need of the driver, as the driver counts.
const needs = 11080

// manyLogits is how many elements of logits may stand there at once: 0.8 GB, or 4,096 rows of 50,304. The gradient of
// what these rows are made of is a product of 256 small tiles and a very long sum, for which two tiles fit a processor
// of an H100: fewer rows take as long.
const manyLogits = 4096 * 50304

// Open opens the device of a driver's library, [driver.Library] or a path, and loads an image of the kernels; where
// none is given, their PTX. Its error is one sentence that says what is missing.
func Open(library string, image []byte, p Precision) (*Factory, error) {
	dev, err := driver.Open(library, needs)
	if err != nil {
		return nil, err
	}
	f := &Factory{dev: dev, precision: p, logits: manyLogits}
	err = dev.Do(func() (err error) {
		if image == nil {
			if image, err = ptx(dev); err != nil {
				return err
			}
		}
		f.kernels = &kernels{dev: dev, found: map[string]*driver.Kernel{}}
		f.kernels.module, err = dev.Load(image)
		return err
	})
	if err != nil {
		_ = dev.Close() // it errs as the device has done
		return nil, err
	}
	return f, nil
}

// Engine implements [learner.Factory].
func (f *Factory) Engine() string {
	return fmt.Sprintf("CUDA, %s, sm_%d%d, %s", f.dev.Name, f.dev.Major, f.dev.Minor, f.precision)
}

// Close gives the device back. All learners have to be closed before.
func (f *Factory) Close() error { return f.dev.Close() }

// maxHeadDim and maxExperts are what the kernels can do.
const (
	maxHeadDim = 128
	maxExperts = 64
)

// Check says what of a network this engine does not train; empty where it does.
func Check(c model.Config) error {
	switch {
	case c.QKNorm != model.ByHead:
		return fmt.Errorf("model.qk_norm is %q; this engine trains networks whose queries and keys are normed by head",
			string(c.QKNorm))
	case c.QKVBias:
		return errors.New("model.qkv_bias is true; this engine trains networks without biases")
	case c.PostNorm:
		return errors.New("model.post_norm is true; this engine trains networks whose blocks norm what they read")
	case c.RawTopK:
		return errors.New("model.raw_top_k is true; this engine makes the probabilities of a token's experts sum to 1")
	case c.HeadDim > maxHeadDim:
		return fmt.Errorf("model.head_dim is %d; this engine allows at most %d", c.HeadDim, maxHeadDim)
	case c.Experts > maxExperts:
		return fmt.Errorf("model.experts is %d; this engine allows at most %d", c.Experts, maxExperts)
	}
	return nil
}

// New implements [learner.Factory]. It errs where the network is one that this engine does not train, and where the
// device has too little memory; then nothing is held.
func (f *Factory) New(s learner.Setup) (learner.Learner, error) {
	if err := Check(s.State.Weights.Table.Config); err != nil {
		return nil, err
	}
	if err := checkGrowth(s.Growth); err != nil {
		return nil, err
	}
	l := &Learner{kernels: f.kernels, precision: f.precision, logits: f.logits, setup: s}
	l.training = l.train
	l.setup.Accumulate = max(s.Accumulate, 1)
	l.setup.State = learner.State{}
	if err := f.dev.Do(func() error { return l.begin(s.State) }); err != nil {
		return nil, err
	}
	return l, nil
}
