// Package shapes lists the matrix products that speed is measured on, so that every benchmark and every peer measures
// the same ones. It computes nothing and times nothing.
package shapes

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// Product is dst (M,N) = a·b summed over K, and how often it is done.
type Product struct {
	Form    compute.Form
	M, N, K int
	Count   int
}

// forms are the names of compute's forms.
var forms = [...]string{compute.NN: "NN", compute.NT: "NT", compute.TN: "TN"}

// Name is the form and the sizes, as in "NT 512x32x16": M, N, K.
func (p Product) Name() string { return fmt.Sprintf("%s %dx%dx%d", forms[p.Form], p.M, p.N, p.K) }

// FLOPs is what doing it Count times costs: a multiplication and an addition each step of each sum.
func (p Product) FLOPs() float64 {
	return 2 * float64(p.M) * float64(p.N) * float64(p.K) * float64(p.Count)
}

// Operands returns dst, a and b of the product as dense matrices, a and b filled with numbers between −1 and 1 that
// are the same every time, and whose sums have to be rounded.
func (p Product) Operands() (dst, a, b compute.Mat) {
	seed := uint32(1)
	fill := func(rows, cols int) compute.Mat {
		m := compute.M(make([]float32, rows*cols), rows, cols)
		for i := range m.Data {
			seed = seed*1664525 + 1013904223
			m.Data[i] = float32(int32(seed)) / (1 << 31)
		}
		return m
	}
	dst = compute.M(make([]float32, p.M*p.N), p.M, p.N)
	switch p.Form {
	case compute.NT:
		return dst, fill(p.M, p.K), fill(p.N, p.K)
	case compute.TN:
		return dst, fill(p.K, p.M), fill(p.K, p.N)
	default:
		return dst, fill(p.M, p.K), fill(p.K, p.N)
	}
}

// layer is the three products of a linear layer y (rows, out) = x (rows, in) · Wᵀ: itself, the gradient of x and the
// gradient of W.
func layer(rows, in, out, count int) []Product {
	return []Product{
		{compute.NT, rows, out, in, count},
		{compute.NN, rows, in, out, count},
		{compute.TN, out, in, rows, count},
	}
}

// Main are the products of the network's layers: square ones of 512 tokens at d 32 to 256, and those of one expert, d
// wide, for a few dozen to a few hundred rows. Means over shapes are means over these.
func Main() []Product {
	var all []Product
	for _, d := range []int{32, 64, 128, 256} {
		all = append(all, layer(512, d, d, 1)...)
	}
	for _, s := range [][3]int{
		{256, 32, 16}, {248, 32, 32}, {37, 32, 32}, {128, 64, 32}, {96, 64, 64}, {64, 128, 64}, {300, 256, 64},
	} {
		rows, d, f := s[0], s[1], s[2]
		all = append(all, layer(rows, d, f, 1)...) // gate, up
		if d != f {
			all = append(all, layer(rows, f, d, 1)...) // down
		}
	}
	return all
}

// Large are the products at d 512, f 512 and 2048 tokens, of which each of 8 experts gets a quarter.
func Large() []Product { return append(layer(2048, 512, 512, 1), layer(512, 512, 512, 1)...) }

// Odd are products whose sizes no vector divides: logits of 47 symbols, a router, attention over 64 positions with 8
// numbers a head.
func Odd() []Product {
	all := append(layer(512, 32, 47, 1), layer(512, 32, 4, 1)...)
	return append(all, attention(64, 8, 1)...)
}

// attention is the six products of one head over seq positions, without the halves that causality saves.
func attention(seq, headDim, count int) []Product {
	return []Product{
		{compute.NT, seq, seq, headDim, 2 * count}, // scores, and the gradient of the probabilities
		{compute.NN, seq, headDim, seq, 2 * count}, // output, and the gradient of q
		{compute.TN, seq, headDim, seq, 2 * count}, // gradients of k and v
	}
}

// Step are all products of one training step of a network, experts loaded evenly: what the matrix products of a step
// cost in sum.
func Step(c model.Config, batch, seq int) []Product {
	n, a, b := batch*seq, c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	rows := n * c.TopK / c.Experts
	all := layer(n, c.Hidden, c.Vocab, 1)
	all = append(all, layer(n, c.Hidden, a, c.Layers)...)
	all = append(all, layer(n, c.Hidden, b, 2*c.Layers)...)
	all = append(all, layer(n, a, c.Hidden, c.Layers)...)
	all = append(all, attention(seq, c.HeadDim, batch*c.Heads*c.Layers)...)
	all = append(all, layer(n, c.Hidden, c.Experts, c.Layers)...)
	all = append(all, layer(rows, c.Hidden, c.Inner, 2*c.Experts*c.Layers)...)
	return append(all, layer(rows, c.Inner, c.Hidden, c.Experts*c.Layers)...)
}
