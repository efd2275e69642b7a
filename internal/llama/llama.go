// Package llama asks llama.cpp, as it is published for Node.js, what it makes of a GGUF file: probabilities of the next
// token, tokens of texts, texts of tokens. It is for tests only: it runs other people's program on a small network and
// judges nothing.
package llama

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/sparkling-lab/sparkling/internal/tools"
)

// Question is what the network of a file is asked.
type Question struct {
	File  string    `json:"file"`
	Rows  [][]int32 `json:"rows"`  // sequences of tokens
	Texts []string  `json:"texts"` // to be made tokens of, and texts again
}

// Answer is what llama.cpp says.
type Answer struct {
	Probabilities [][][]float64 `json:"probabilities"` // by row and token, of every token to be the next
	Tokens        [][]int32     `json:"tokens"`        // of every text
	Texts         []string      `json:"texts"`         // of these tokens
}

// here is the folder of this file, beside which npm puts what it fetches.
func here() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(file)
}

// Available says what is missing; nil where nothing is.
func Available() error {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return fmt.Errorf("llama.cpp is fetched for Linux on amd64 only, and this is %s on %s", runtime.GOOS,
			runtime.GOARCH)
	}
	if _, err := tools.Node(); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(here(), "node_modules", "node-llama-cpp")); err != nil {
		return fmt.Errorf("this needs llama.cpp; with npm on the path make llama fetches it")
	}
	return nil
}

// Ask loads each file into llama.cpp, in this machine's memory and on its processor, and asks it.
func Ask(ctx context.Context, questions ...Question) ([]Answer, error) {
	node, err := tools.Node()
	if err != nil {
		return nil, err
	}
	asked, err := json.Marshal(questions)
	if err != nil {
		return nil, err
	}
	c := exec.CommandContext(ctx, node, filepath.Join(here(), "ask.mjs"))
	var said bytes.Buffer
	c.Stdin, c.Stderr = bytes.NewReader(asked), &said
	out, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("llama.cpp: %w\n%s", err, said.String())
	}
	var all []Answer
	return all, json.Unmarshal(out, &all)
}
