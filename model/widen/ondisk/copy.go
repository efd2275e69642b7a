package ondisk

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/model/checkpoint"
)

// maxCopied bounds a file that is copied, in bytes: tokenizers are small, and what is larger is weights in another format.
const maxCopied = 256 << 20

// weights are the endings of files that hold the network's old weights in one format or another; a copy would no longer fit config.json.
var weights = []string{".safetensors", ".safetensors.index.json", ".bin", ".bin.index.json", ".pt", ".pth", ".gguf", ".h5", ".msgpack", ".onnx", ".npz"}

// copyOthers copies the small files of a folder that are neither config.json nor weights, and names those that it left out.
func copyOthers(ctx context.Context, in *checkpoint.Folder, dir string) (leftOut []string, err error) {
	treated := map[string]bool{checkpoint.ConfigName: true}
	for _, set := range in.Sets() {
		treated[set.IndexName()] = true
		for _, f := range set.Files {
			treated[f.Name] = true
		}
	}
	entries, err := os.ReadDir(in.Dir)
	if err != nil {
		return nil, err
	}
	building, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		name := e.Name()
		if treated[name] {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		path := filepath.Join(in.Dir, name)
		info, err := os.Stat(path) // of what a link leads to: caches of checkpoints are full of them
		if err == nil && os.SameFile(info, building) {
			continue // the new folder is being made in the old one
		}
		ends := func(end string) bool { return strings.HasSuffix(name, end) }
		if err != nil || !info.Mode().IsRegular() || info.Size() > maxCopied || slices.ContainsFunc(weights, ends) {
			leftOut = append(leftOut, name)
			continue
		}
		if err := copyFile(filepath.Join(dir, name), path); err != nil {
			return nil, err
		}
	}
	return leftOut, nil
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if closing := out.Close(); err == nil {
		err = closing
	}
	return err
}
