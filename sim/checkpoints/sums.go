package checkpoints

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/input"
)

// sums are the hashes of the files of a checkpoint, by name. Their file has the form of the program sha256sum, which
// can check it; what it names is what this program wrote, and all that pruning removes.
type sums map[string]hash.Hash

// of is what is to be given the content of a file.
func (s sums) of(name string) io.Writer {
	s[name] = sha256.New()
	return s[name]
}

// encode is their file.
func (s sums) encode() []byte {
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(s)) {
		fmt.Fprintf(&b, "%x  %s\n", s[name].Sum(nil), name)
	}
	return b.Bytes()
}

// maxSums bounds the file, in bytes: room for thousands of names.
const maxSums = 1 << 20

// readSums reads the hashes of a folder, hexadecimal, by name.
func readSums(dir string) (map[string]string, error) {
	data, err := input.Small(filepath.Join(dir, sumsName), maxSums)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing", sumsName)
	} else if err != nil {
		return nil, err
	}
	return parseSums(data)
}

// parseSums reads the text of a file of hashes. Names lie in the folder itself, and none is there twice.
func parseSums(data []byte) (map[string]string, error) {
	out, n := map[string]string{}, 0
	for line := range strings.Lines(string(data)) {
		n++
		sum, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		raw, err := hex.DecodeString(sum)
		_, twice := out[name]
		if !ok || err != nil || len(raw) != sha256.Size || twice || name == sumsName || !plainName(name) ||
			!strings.HasSuffix(line, "\n") {
			return nil, fmt.Errorf("line %d of %s is not the hash of a file of the folder", n, sumsName)
		}
		out[name] = sum
	}
	return out, nil
}

// plainName reports whether a file of a checkpoint may have that name.
func plainName(name string) bool {
	return name == filepath.Base(name) && !strings.HasPrefix(name, ".") && !strings.ContainsAny(name, `/\`) &&
		name != ""
}

// verify requires of every file that is listed that it holds what was written.
func verify(ctx context.Context, dir string, list map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(list)) {
		sum, err := hashed(ctx, filepath.Join(dir, name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("%s is missing", name)
		case err != nil:
			return err
		case sum != list[name]:
			return fmt.Errorf("%s does not hold what was written: its hash is not that in %s", name, sumsName)
		}
	}
	return nil
}

// hashed is the hash of a file.
func hashed(ctx context.Context, path string) (string, error) {
	f, err := input.Regular(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum, piece := sha256.New(), make([]byte, 1<<18)
	for {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		n, err := f.Read(piece)
		sum.Write(piece[:n])
		if err == io.EOF {
			return hex.EncodeToString(sum.Sum(nil)), nil
		} else if err != nil {
			return "", err
		}
	}
}
