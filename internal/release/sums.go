package release

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// sumsName is the file that lists the others, as sha256sum writes and reads it.
const sumsName = "SHA256SUMS"

// sums are the lines for the files of a folder, in the order of their names.
func sums(dir string) ([]byte, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, e := range entries {
		if e.Name() == sumsName {
			continue
		}
		if !e.Type().IsRegular() {
			return nil, fmt.Errorf("%s is no file of a release", e.Name())
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(data)
		fmt.Fprintf(&b, "%s  %s\n", hex.EncodeToString(sum[:]), e.Name())
	}
	return b.Bytes(), nil
}

// verify errs where a folder holds anything else than its list of sums says.
func verify(dir string) error {
	want, err := os.ReadFile(filepath.Join(dir, sumsName))
	if err != nil {
		return err
	}
	got, err := sums(dir)
	if err != nil {
		return err
	}
	if name := firstDifference(string(want), string(got)); name != "" {
		return fmt.Errorf("%s is not as %s says", name, sumsName)
	}
	return nil
}

// firstDifference is the name of a file that only one of two lists has, or both with another sum; it is empty where
// there is none.
func firstDifference(a, b string) string {
	for _, pair := range [][2]string{{a, b}, {b, a}} {
		for line := range strings.Lines(pair[0]) {
			if !strings.Contains("\n"+pair[1], "\n"+line) {
				_, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
				return name
			}
		}
	}
	return ""
}

// replaceable errs where a folder holds anything that no build of a release left there.
func replaceable(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err == nil {
		err = verify(dir)
	}
	if err != nil {
		return fmt.Errorf("%s is not a release as it was built, and stays as it is: %w", dir, err)
	}
	return nil
}
