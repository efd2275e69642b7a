package release

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"

	"github.com/sparkling-lab/sparkling/internal/version"
)

// target is what a program is compiled for, as the go command calls it.
type target struct{ system, arch string }

// targets are those of a release.
var targets = []target{
	{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"},
	{"windows", "amd64"}, {"windows", "arm64"},
}

func (t target) String() string { return t.system + "/" + t.arch }

// called is the system's name as its users say it.
func (t target) called() string {
	return map[string]string{"linux": "Linux", "darwin": "macOS", "windows": "Windows"}[t.system]
}

// file is the name of the program.
func (t target) file() string {
	if t.system == "windows" {
		return "sparkling.exe"
	}
	return "sparkling"
}

// env is the environment in which the go command compiles for it. Whatever else could change the bytes is set too: the
// least processor of its kind that Go knows, and no flags or workspace of the machine.
func (t target) env() []string {
	return []string{"GOOS=" + t.system, "GOARCH=" + t.arch, "GOAMD64=v1", "GOARM64=v8.0", "GOEXPERIMENT=simd",
		"CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off", "GODEBUG=", "GOFIPS140=off"}
}

// compile builds the program of the module in a folder.
func (t target) compile(ctx context.Context, module, to string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false",
		"-ldflags=-s -w "+version.Flag(), "-o", to, ".")
	cmd.Dir, cmd.Env = module, append(os.Environ(), t.env()...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("the program for %s does not compile: %w\n%s", t, err, bytes.TrimSpace(out))
	}
	return nil
}
