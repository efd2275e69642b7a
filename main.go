// Command sparkling is the native program: a window with the pictures of the Lab, and headless verbs that run the same
// experiments, draw figures and serve the page.
package main

import (
	"os"

	"github.com/sparkling-lab/sparkling/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
