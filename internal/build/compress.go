package build

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/andybalholm/brotli"

	"github.com/sparkling-lab/sparkling/internal/durable"
)

// minCompress is the size in bytes below which a sibling does not pay.
const minCompress = 512

// brotliQuality of 0 to 11. The best saves an eighth of what 9 gives, and takes most of a minute: who publishes does so
// once, who reads loads it every time.
const brotliQuality = 11

// compress writes the .gz and .br siblings of everything that becomes smaller by them, and notes their sizes. Siblings
// of files that have not changed since the page in old was built are taken from there: compressing takes longer than
// compiling.
func (m Manifest) compress(ctx context.Context, page, old string, progress io.Writer) error {
	before, err := Read(old)
	if err != nil {
		before = Manifest{}
	}
	type done struct {
		path string
		file File
		err  error
	}
	results := make(chan done)
	var group sync.WaitGroup
	for path, file := range m.Files {
		if file.Bytes < minCompress || filepath.Ext(path) == ".png" || filepath.Ext(path) == ".webp" {
			continue
		}
		from := filepath.Join(page, filepath.FromSlash(path))
		if b, ok := before.Files[path]; ok && b.SHA256 == file.SHA256 &&
			copyFile(filepath.Join(old, filepath.FromSlash(path))+".gz", from+".gz") == nil &&
			copyFile(filepath.Join(old, filepath.FromSlash(path))+".br", from+".br") == nil {
			m.Files[path] = b
			continue
		}
		group.Go(func() {
			file, err := siblings(ctx, from, file)
			results <- done{path, file, err}
		})
	}
	go func() { group.Wait(); close(results) }()
	var failed error
	for r := range results {
		if r.err != nil {
			failed = r.err
			continue
		}
		m.Files[r.path] = r.file
	}
	if failed != nil {
		return failed
	}
	for _, path := range slices.Sorted(maps.Keys(m.Files)) {
		if f := m.Files[path]; filepath.Ext(path) == ".wasm" {
			fmt.Fprintf(progress, "%-18s %s, gzip %s, brotli %s\n", path, size(f.Bytes), size(f.Gzip), size(f.Brotli))
		}
	}
	return nil
}

// siblings compresses one file in both ways.
func siblings(ctx context.Context, path string, file File) (File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return file, err
	}
	var gz, br bytes.Buffer
	gw, err := gzip.NewWriterLevel(&gz, gzip.BestCompression)
	if err != nil {
		return file, err
	}
	bw := brotli.NewWriterOptions(&br, brotli.WriterOptions{Quality: brotliQuality, LGWin: 24})
	for _, w := range []io.WriteCloser{gw, bw} {
		if err := writeAll(ctx, w, data); err != nil {
			return file, err
		}
	}
	file.Gzip, file.Brotli = int64(gz.Len()), int64(br.Len())
	if err := durable.WriteBytes(path+".gz", gz.Bytes()); err != nil {
		return file, err
	}
	return file, durable.WriteBytes(path+".br", br.Bytes())
}

// writeAll writes in pieces, so that an interrupt is noticed.
func writeAll(ctx context.Context, w io.WriteCloser, data []byte) error {
	for piece := range slices.Chunk(data, 1<<18) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := w.Write(piece); err != nil {
			return err
		}
	}
	return w.Close()
}
