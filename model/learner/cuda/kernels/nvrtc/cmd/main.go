//go:build linux && (amd64 || arm64)

// Command cmd compiles the text of the kernels without a GPU, and prints what the compiler says of each: registers a
// thread, bytes of shared memory a block, bytes of local memory, bytes that were spilled. It takes the files to join,
// in their order:
//
//	go run ./model/learner/cuda/kernels/nvrtc/cmd model/learner/cuda/kernels/{common,product}.cu
package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/sparkling-lab/sparkling/model/learner/cuda/kernels/nvrtc"
)

func main() {
	if err := report(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "nvrtc:", err)
		os.Exit(1)
	}
}

func report(files []string) error {
	var text strings.Builder
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		text.Write(data)
		text.WriteByte('\n')
	}
	compiler, err := nvrtc.Open(context.Background())
	if err != nil {
		return err
	}
	compiled, err := compiler.CompileAll(text.String())
	if err == nil {
		fmt.Print(nvrtc.Table(compiled))
	}
	return err
}
