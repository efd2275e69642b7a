package release

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/sparkling-lab/sparkling/internal/build"
	"github.com/sparkling-lab/sparkling/internal/tools"
	"github.com/sparkling-lab/sparkling/internal/version"
)

// runner is the command, without the program, that runs a target's programs on this machine, and how that is said. It
// errs where there is none. No archive for Windows is tried, there neither.
func (t target) runner() (command []string, how string, err error) {
	switch {
	case t == target{runtime.GOOS, runtime.GOARCH} && t.system != "windows":
		return nil, "", nil
	case t.system != "linux" || runtime.GOOS != "linux":
		return nil, "", fmt.Errorf("this machine runs %s/%s", runtime.GOOS, runtime.GOARCH)
	}
	command, err = tools.Emulator(t.arch)
	return command, " under QEMU’s emulation", err
}

// trial is how long what was built may take; a program that is emulated on a busy machine takes a minute.
const trial = 10 * time.Minute

// try unpacks the archive of a target into a folder, and does there what its user does: asks for the version, runs an
// experiment, serves the page, and has every file of it.
func (t target) try(ctx context.Context, archive []byte, dir string, command []string) error {
	ctx, cancel := context.WithTimeout(ctx, trial)
	defer cancel()
	if err := unpack(archive, dir); err != nil {
		return err
	}
	dir = filepath.Join(dir, t.folder())
	sparkling := func(args ...string) *exec.Cmd {
		all := append(append(append([]string{}, command...), filepath.Join(dir, t.file())), args...)
		cmd := exec.CommandContext(ctx, all[0], all[1:]...)
		cmd.Dir = dir
		return cmd
	}
	for _, c := range []struct{ args, says []string }{
		{[]string{"--version"}, []string{"sparkling " + version.Number() + " (go", ", " + t.String() + ")\n"}},
		{[]string{"run", "lock", "--steps", "4", "--quiet"}, []string{"Asymmetric reset"}},
	} {
		out, err := sparkling(c.args...).CombinedOutput()
		for _, words := range c.says {
			if err == nil && !bytes.Contains(out, []byte(words)) {
				err = fmt.Errorf("it does not say %q", words)
			}
		}
		if err != nil {
			return fmt.Errorf("sparkling %s for %s: %w\n%s", strings.Join(c.args, " "), t, err, out)
		}
	}
	if err := serves(sparkling("serve", "--addr", "127.0.0.1:0")); err != nil {
		return fmt.Errorf("sparkling serve for %s: %w", t, err)
	}
	return nil
}

// serves starts a server of a page, and asks it for every file that the page's manifest lists.
func serves(cmd *exec.Cmd) error {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	line, failed := bufio.NewReader(out).ReadString('\n')
	if failed == nil {
		failed = servesAll(strings.TrimSpace(line[strings.LastIndex(line, " ")+1:]))
	}
	return errors.Join(failed, cmd.Process.Signal(os.Interrupt), cmd.Wait())
}

func servesAll(address string) error {
	get := func(name string) ([]byte, error) {
		r, err := http.Get(address + name)
		if err != nil {
			return nil, err
		}
		defer r.Body.Close()
		if r.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("%s: %s", name, r.Status)
		}
		return io.ReadAll(r.Body)
	}
	list, err := get(build.ManifestName)
	if err != nil {
		return err
	}
	m, err := build.ParseManifest(list)
	if err != nil {
		return err
	}
	for name, file := range m.Files {
		data, err := get(name)
		if err != nil {
			return err
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != file.SHA256 {
			return fmt.Errorf("%s is not what was built", name)
		}
	}
	return nil
}

// unpack puts the files of a .tar.gz of ours into a folder.
func unpack(archive []byte, dir string) error {
	z, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return err
	}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(h.Name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		data, err := io.ReadAll(t)
		if err != nil {
			return err
		}
		if err := os.WriteFile(to, data, os.FileMode(h.Mode)); err != nil {
			return err
		}
	}
}
