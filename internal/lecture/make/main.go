// Command make makes the named run of the lecture anew and writes internal/lecture/runs.json:
//
//	go run ./internal/lecture/make
//
// It runs where the module lies.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/lecture"
)

func main() {
	if err := write("internal/lecture/runs.json"); err != nil {
		fmt.Fprintln(os.Stderr, "make:", err)
		os.Exit(1)
	}
}

func write(path string) error {
	r, err := made()
	if err != nil {
		return err
	}
	data, err := document(r)
	if err != nil {
		return err
	}
	return durable.WriteBytes(path, data)
}

// document is the run as its file has it.
func document(r lecture.Run) ([]byte, error) {
	var out bytes.Buffer
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false)
	to.SetIndent("", "  ")
	err := to.Encode(r)
	return out.Bytes(), err
}
