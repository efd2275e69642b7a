// Command cmd builds the page into a folder: go run ./internal/build/cmd -o dist. With -notices FILE it writes the
// licences of what the native program is made of instead.
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
	notices := flag.String("notices", "", "the `file` to write the native program's licences to, and build no page")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if *notices != "" {
		err = build.Notices(ctx, *notices)
	} else {
		err = build.Page(ctx, *dir, !*plain, os.Stderr)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "building:", err)
		stop()
		os.Exit(1)
	}
}
