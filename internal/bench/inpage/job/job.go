// Package job is what the benchmark's host and its worker in a browser say to each other, and what both mean by a number of a product.
package job

import (
	"github.com/sparkling-lab/sparkling/internal/bench/profile"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
)

// Job is what a worker is asked to do.
type Job struct {
	Do  string  `json:"do"`  // limits, products, product, updates, elements, probes, profile, arm
	N   int     `json:"n"`   // which product, or how many updates
	Lap float64 `json:"lap"` // milliseconds that a repetition lasts at least
	Of  int     `json:"of"`  // how many repetitions
}

// Answer is what it hands back. Only the fields of the job are filled.
type Answer struct {
	Error    string             `json:"error,omitempty"`
	Engine   string             `json:"engine,omitempty"`
	Limits   map[string]float64 `json:"limits,omitempty"` // flop/s
	Products []Product          `json:"products,omitempty"`
	Seconds  float64            `json:"seconds,omitempty"` // of one product or update
	Bytes    float64            `json:"bytes,omitempty"`   // of the memory of the program, which never shrinks
	Live     float64            `json:"live,omitempty"`    // of it in use, after a collection
	Profile  *profile.Profile   `json:"profile,omitempty"`
	Losses   []float64          `json:"losses,omitempty"`
	Elements []workload.Took    `json:"elements,omitempty"`
	Probes   []workload.Probes  `json:"probes,omitempty"`
}

// Product is one matrix product in seconds, under our engine and as scalar blocked Go.
type Product struct {
	Name   string  `json:"name"`
	FLOPs  float64 `json:"flops"`
	Ours   float64 `json:"ours"`
	Scalar float64 `json:"scalar"`
}
