// Command cmd builds the page into a folder: go run ./internal/build/cmd -o dist.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/sparkling-lab/sparkling/internal/build"
)

func main() {
	dir := flag.String("o", "dist", "the `folder` to put the page in")
	plain := flag.Bool("plain", false, "leave out the compressed files: faster, for one's own machine")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := build.Page(ctx, *dir, !*plain, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "building the page:", err)
		stop()
		os.Exit(1)
	}
}
