// Package kernels holds the text of every kernel of the CUDA learner, and what was compiled of it. It launches nothing
// and knows no network.
package kernels

import (
	"embed"
	"strings"
)

//go:embed *.cu
var files embed.FS

// Files are the parts of the text in the order in which they are joined: what all share comes first.
var Files = []string{
	"common.cu", "columns.cu", "product.cu", "product_bf16.cu", "attention.cu", "attention_bf16.cu", "norm.cu",
	"elements.cu", "embedding.cu", "routing.cu", "slots.cu", "loss.cu", "statistics.cu", "update.cu",
}

// Source is the text of all kernels, one translation unit.
func Source() string {
	var s strings.Builder
	for _, name := range Files {
		text, err := files.ReadFile(name)
		if err != nil {
			panic(err) // it is embedded
		}
		s.Write(text)
		s.WriteByte('\n')
	}
	return s.String()
}
