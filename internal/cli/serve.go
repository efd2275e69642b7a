package cli

import "github.com/sparkling-lab/sparkling/internal/serve"

// serveVerb serves a page that was built before.
type serveVerb struct {
	Dir  string `help:"Folder with the page, as make page builds it." default:"dist" type:"path"`
	Addr string `help:"Loopback address to listen at; a port that is taken gives way to the next free one." default:"127.0.0.1:8080"`

	FrameAncestors string `help:"Who may show the page in a frame: self, none, *, or origins such as http://localhost:3000, separated by spaces." default:"self" placeholder:"WHO"`
}

// Run is called by the command line.
func (v serveVerb) Run(e *env) error { return serve.Run(e.ctx, v.Dir, v.Addr, v.FrameAncestors, e.out) }
