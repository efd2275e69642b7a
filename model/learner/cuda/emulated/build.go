//go:build linux && amd64

package emulated

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gofrs/flock"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/cpu"

	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/kernels"
)

//go:embed fibers.h device.h driver.h
var headers embed.FS

// flags are what g++ compiles with: nothing is fused or reordered that the text does not say. With the build tag device
// every access is looked at whether it is aligned, as a GPU needs it; a CPU needs it of few.
var flags = append([]string{"-std=gnu++17", "-O2", "-march=x86-64-v3", "-ffp-contract=off",
	"-fno-strict-aliasing", "-fPIC", "-shared", "-w", "-Wl,-Bsymbolic"}, aligned...)

// Build is the emulated driver with all kernels of ours. It is compiled once, and found again by later tests.
func Build(t testing.TB) *Library { return BuildText(t, kernels.Source()) }

// BuildText is the emulated driver with the kernels of a text.
func BuildText(t testing.TB, text string) *Library {
	t.Helper()
	compiler := testneed.GPlusPlus(t)
	if !cpu.X86.HasAVX2 || !cpu.X86.HasFMA {
		testneed.Here(t, errors.New("this needs a processor with AVX2 and FMA"))
	}
	text, barriers := numbered(text)
	path, err := compiled(compiler, text)
	require.NoError(t, err)
	l := open(t, path)
	l.barriers = barriers
	return l
}

// compiled is the path of the library of a text. Programs that want one at the same time wait for the first of them to
// make it.
func compiled(compiler, text string) (string, error) {
	hash := sha256.New()
	fmt.Fprintln(hash, compiler, flags, text)
	files, err := headers.ReadDir(".")
	if err != nil {
		return "", err
	}
	for _, f := range files {
		data, err := headers.ReadFile(f.Name())
		if err != nil {
			return "", err
		}
		hash.Write(data)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir() // a machine without a home folder
	}
	cache = filepath.Join(cache, "sparkling", "emulated")
	dir := filepath.Join(cache, hex.EncodeToString(hash.Sum(nil))[:24])
	path := filepath.Join(dir, "libcuda.so.1")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	lock := flock.New(dir + ".lock")
	if err := lock.Lock(); err != nil {
		return "", err
	}
	defer lock.Close()
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	made, err := os.MkdirTemp(cache, "new-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(made)
	if err := compile(compiler, made, text); err != nil {
		return "", err
	}
	return path, os.Rename(made, dir)
}

// compile makes the library in a folder.
func compile(compiler, dir, text string) error {
	write := func(name, data string) error { return os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644) }
	run := func(args ...string) (string, error) {
		cmd := exec.Command(compiler, args...)
		cmd.Dir = dir
		var says strings.Builder
		cmd.Stderr = &says
		out, err := cmd.Output()
		if err != nil {
			return "", fmt.Errorf("the kernels do not compile for the emulator: %w\n%s", err, says.String())
		}
		return string(out), nil
	}
	if err := write("kernels.cu", text); err != nil {
		return err
	}
	preprocessed, err := run("-E", "-P", "-x", "c++", "kernels.cu")
	if err != nil {
		return err
	}
	for _, name := range []string{"fibers.h", "device.h", "driver.h"} {
		data, err := headers.ReadFile(name)
		if err != nil {
			return err
		}
		if err := write(name, string(data)); err != nil {
			return err
		}
	}
	if err := write("unit.cc", unit(text, preprocessed)); err != nil {
		return err
	}
	_, err = run(append(flags[:len(flags):len(flags)], "-o", "libcuda.so.1", "unit.cc")...)
	return err
}
