package cuda

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// The parts of a learner's memory beside those of [model.ActivationPart], which come first.
const (
	weightPart = model.ActivationParts + iota
	copyPart
	gradientPart
	moment1Part
	moment2Part
	parts // their number
)

// valueParts are the parts of what there is of every parameter.
var valueParts = [model.Quantities]model.ActivationPart{
	model.Weight: weightPart, model.Gradient: gradientPart, model.Moment1: moment1Part, model.Moment2: moment2Part,
}

// memory is where all that a learner holds on the device is taken from, by parts. One without a device only counts.
type memory struct {
	precision Precision
	of        [parts]*driver.Memory
}

func newMemory(d *driver.Device, p Precision) *memory {
	m := &memory{precision: p}
	for i := range m.of {
		m.of[i] = driver.NewMemory(d)
	}
	return m
}

// bytes is how much has been taken.
func (m *memory) bytes() (sum int64) {
	for _, x := range m.of {
		sum += x.Bytes()
	}
	return sum
}

// release gives all of some parts back.
func (m *memory) release(of ...model.ActivationPart) {
	for _, p := range of {
		m.of[p].Release()
	}
}

// releaseAll gives everything back.
func (m *memory) releaseAll() {
	for p := range parts {
		m.of[p].Release()
	}
}

func (m *memory) floats(p model.ActivationPart, n int) driver.Buffer {
	return m.of[p].Take(driver.F32, n)
}
func (m *memory) ints(p model.ActivationPart, n int) driver.Buffer {
	return m.of[p].Take(driver.I32, n)
}

// operand is a matrix that products read.
func (m *memory) operand(p model.ActivationPart, rows, cols int) matrix {
	ld := m.precision.ld(cols)
	return matrix{m.of[p].Take(m.precision.kind(), rows*ld), ld}
}

// dense is a matrix of float32.
func (m *memory) dense(p model.ActivationPart, rows, cols int) matrix {
	return matrix{m.floats(p, rows*cols), cols}
}
