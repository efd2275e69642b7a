// Command cmd builds the slides of the project in the working directory: make slides runs it, when npm has fetched what
// they are made with.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/sparkling-lab/sparkling/internal/deck"
	"github.com/sparkling-lab/sparkling/internal/deck/built"
)

func main() {
	dir := flag.String("o", built.Dir, "the `folder` to put the slides in")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := deck.Build(ctx, ".", *dir, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "slides:", err)
		stop()
		os.Exit(1)
	}
}
