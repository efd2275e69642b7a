//go:build linux && (amd64 || arm64)

package nvrtc

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
)

// Files are what is committed of a text of kernels, by name: PTX for each architecture, compressed, and the report.
func Files(c *Compiler, text string) (map[string][]byte, error) {
	all, err := c.CompileAll(text)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{
		"report.txt": fmt.Appendf(nil, "# NVRTC %s says of the text with SHA-256 %x:\n%s", c.Version,
			sha256.Sum256([]byte(text)), Table(all)),
	}
	for arch, compiled := range all {
		var out bytes.Buffer
		z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
		if err != nil {
			return nil, err
		}
		if _, err := z.Write(compiled.PTX); err != nil {
			return nil, err
		}
		if err := z.Close(); err != nil {
			return nil, err
		}
		files[arch+".ptx.gz"] = out.Bytes()
	}
	return files, nil
}
