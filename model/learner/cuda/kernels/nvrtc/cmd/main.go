//go:build linux && (amd64 || arm64)

// Command cmd compiles the kernels without a GPU and writes their PTX and the compiler's report where the package of
// the kernels embeds them; it runs where the module lies:
//
//	go run ./model/learner/cuda/kernels/nvrtc/cmd
//
// With files of kernels, which it joins in their order, it prints the report of these and writes nothing:
//
//	go run ./model/learner/cuda/kernels/nvrtc/cmd model/learner/cuda/kernels/{common,product}.cu
package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/kernels"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/kernels/nvrtc"
)

func main() {
	if err := compile(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "nvrtc:", err)
		os.Exit(1)
	}
}

func compile(files []string) error {
	compiler, err := nvrtc.Open(context.Background())
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return write(compiler, "model/learner/cuda/kernels/ptx/")
	}
	var text strings.Builder
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		text.Write(data)
		text.WriteByte('\n')
	}
	compiled, err := compiler.CompileAll(text.String())
	if err == nil {
		fmt.Print(nvrtc.Table(compiled))
	}
	return err
}

// write compiles the text that is embedded.
func write(compiler *nvrtc.Compiler, dir string) error {
	written, err := nvrtc.Files(compiler, kernels.Source())
	if err != nil {
		return err
	}
	for name, data := range written {
		if err := durable.WriteBytes(dir+name, data); err != nil {
			return err
		}
	}
	return nil
}
