//go:build !linux && !darwin

package openblas

import (
	"errors"

	"github.com/sparkling-lab/sparkling/model/compute"
)

// Library is an OpenBLAS on one thread.
type Library struct{ Core string }

// Open errs: the library is not looked for on this system.
func Open(string) (*Library, error) { return nil, errors.New(Missing) }

// Close is never called.
func (l *Library) Close() {}

// Nothing is never called.
func (l *Library) Nothing(compute.Form, compute.Mat, compute.Mat, compute.Mat) {}

// MatMul is never called.
func (l *Library) MatMul(compute.Form, compute.Mat, compute.Mat, compute.Mat) {}
