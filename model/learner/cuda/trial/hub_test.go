//go:build linux && amd64 && goexperiment.simd

package trial

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// Under the name of Python this program stands for one that has PyTorch and transformers.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "python3" {
		if err := standIn(os.Args[len(os.Args)-1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// standIn answers a script that asks for the logits of a checkpoint's folder: by the plain engine of the CPU, on what
// the folder holds.
func standIn(script string) error {
	if script != logitsScript {
		return nil // it was asked whether there is a PyTorch
	}
	var job struct {
		Folder string
		IDs    []int32
		Seq    int
	}
	if err := json.NewDecoder(os.Stdin).Decode(&job); err != nil {
		return err
	}
	folder, err := checkpoint.ReadFolder(context.Background(), job.Folder)
	if err != nil {
		return err
	}
	weights, err := folder.Load(context.Background(), folder.Weights, func(int64) {})
	if err != nil {
		return err
	}
	net := model.NewNet(compute.Reference{}, weights, len(job.IDs)/job.Seq, job.Seq)
	net.Forward(job.IDs)
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"version": "of a stand-in", "logits": net.Logits()})
}

// transformers cannot run where this is tested: a stand-in reads the folder as they would.
func TestACheckpointOfTheDeviceSaysWhatTheDeviceSays(t *testing.T) {
	var out bytes.Buffer
	o := options(t, &out)
	self, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, os.Symlink(self, filepath.Join(os.Getenv("PATH"), "python3")))
	o.Only = []string{"hugging face"}
	r, err := Run(t.Context(), o)
	require.NoError(t, err)
	require.Len(t, r.Parts, 1)
	assert.Equal(t, Passed, r.Parts[0].Outcome, out.String())
	require.Len(t, r.Parts[0].Rows, 2)
	for _, row := range r.Parts[0].Rows {
		assert.Less(t, row.Value, 1e-5, row.What)
		assert.True(t, strings.HasSuffix(row.Note, "transformers of a stand-in"), row.Note)
	}
}
