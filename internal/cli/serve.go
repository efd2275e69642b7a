package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/serve"
)

// A page that was built here, and the one that a release has beside its program.
const (
	builtPage    = "dist"
	releasedPage = "page.zip"
)

// serveVerb serves a page that was built before.
type serveVerb struct {
	Dir  string `help:"Page to serve: a folder as make page builds it, or a zip of one. Without this, dist, or where there is none the page.zip beside this program." type:"path" placeholder:"PAGE"`
	Addr string `help:"Loopback address to listen at; a port that is taken gives way to the next free one." default:"127.0.0.1:8080"`

	FrameAncestors string `help:"Who may show the page in a frame: self, none, *, or origins such as http://localhost:3000, separated by spaces." default:"self" placeholder:"WHO"`
}

// Run is called by the command line.
func (v serveVerb) Run(e *env) error {
	if v.Dir == "" {
		var err error
		if v.Dir, err = pageAt(builtPage, os.Executable); err != nil {
			return err
		}
	}
	return serve.Run(e.ctx, v.Dir, v.Addr, v.FrameAncestors, e.out)
}

// pageAt is where a page lies that nobody has named: in the folder built, or beside the program where only there is
// one.
func pageAt(built string, program func() (string, error)) (string, error) {
	if _, err := os.Stat(built); !errors.Is(err, fs.ErrNotExist) {
		return built, nil
	}
	if path, err := program(); err == nil {
		beside := filepath.Join(filepath.Dir(path), releasedPage)
		if _, err := os.Stat(beside); err == nil {
			return beside, nil
		}
	}
	return "", fmt.Errorf("there is no page to serve: no folder %s here, and no %s beside this program; make page "+
		"builds one, and --dir names one that lies elsewhere", built, releasedPage)
}
