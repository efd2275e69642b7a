package ondisk

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
)

// maxCopied bounds a file that is copied, in bytes: tokenizers are small, and what is larger is weights in another
// format.
const maxCopied = 256 << 20

// weights are the endings of files that hold the network's old weights in one format or another; a copy would no longer
// fit config.json.
var weights = []string{".safetensors", ".safetensors.index.json", ".bin", ".bin.index.json", ".pt", ".pth", ".gguf",
	".h5", ".msgpack", ".onnx", ".npz"}

// untrue are files that would no longer be true: of a run's position, and of what files held.
var untrue = []string{checkpoint.PositionName, checkpoint.SumsName}

// others are the small files of a folder that are neither config.json nor weights, nor have one of those names, under
// which the new folder has files of its own.
type others struct {
	copied          []os.FileInfo
	leftOut, linked []string // see [Result]
}

// othersOf lists them. building is the new folder while it is made, which may be in the old one; nil before.
func othersOf(ctx context.Context, in *checkpoint.Folder, building os.FileInfo, names []string) (o others, err error) {
	treated := map[string]bool{checkpoint.ConfigName: true}
	for _, name := range names {
		treated[name] = true
	}
	for _, set := range in.Sets() {
		treated[set.IndexName()] = true
		for _, f := range set.Files {
			treated[f.Name] = true
		}
	}
	entries, err := os.ReadDir(in.Dir)
	if err != nil {
		return o, err
	}
	for _, e := range entries {
		name := e.Name()
		if treated[name] {
			continue
		}
		if err := ctx.Err(); err != nil {
			return o, err
		}
		path := filepath.Join(in.Dir, name)
		info, err := os.Stat(path) // of what a link leads to: caches of checkpoints are full of them
		if err == nil && building != nil && os.SameFile(info, building) {
			continue
		}
		ends := func(end string) bool { return strings.HasSuffix(name, end) }
		if err != nil || !info.Mode().IsRegular() || info.Size() > maxCopied || slices.ContainsFunc(weights, ends) ||
			slices.Contains(untrue, name) {
			o.leftOut = append(o.leftOut, name)
			continue
		}
		if e.Type()&os.ModeSymlink != 0 && !inside(in.Dir, path) {
			o.linked = append(o.linked, name)
		}
		o.copied = append(o.copied, info)
	}
	return o, nil
}

// copyOthers copies the small files of a folder to dir, which lies in the new folder until it is whole. It names those
// that it left out, and those that a link led to outside the folder: who made the folder chose them, and not who widens
// it.
func copyOthers(ctx context.Context, in *checkpoint.Folder, dir string, names []string) (o others, err error) {
	building, err := os.Stat(filepath.Dir(dir))
	if err != nil {
		return o, err
	}
	if o, err = othersOf(ctx, in, building, names); err != nil {
		return o, err
	}
	for _, x := range o.copied {
		if err := ctx.Err(); err != nil {
			return o, err
		}
		if err := copyFile(filepath.Join(dir, x.Name()), filepath.Join(in.Dir, x.Name()), x.Size()); err != nil {
			return o, err
		}
	}
	return o, nil
}

// inside reports whether what path leads to lies in the folder, at any depth.
func inside(dir, path string) bool {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return false
	}
	at, err := filepath.EvalSymlinks(path)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(dir, at)
	return err == nil && filepath.IsLocal(rel)
}

// copyFile copies the size bytes that a file was seen to have: what grows meanwhile, or has no end, is not followed.
func copyFile(to, from string, size int64) error {
	in, err := input.Regular(from)
	if err != nil {
		return err
	}
	defer in.Close()
	return durable.WriteFile(to, func(w io.Writer) error {
		_, err := io.Copy(w, io.LimitReader(in, size))
		return err
	})
}
