// Command cmd makes a release of the sources that it stands in: go run ./internal/release/cmd -o bin/release. With
// -check it builds it twice more, from two copies of the sources with caches of their own, and compares the bytes. The
// tag that the sources have, if any, is in RELEASE_TAG: it must be that of the version.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/sparkling-lab/sparkling/internal/release"
)

func main() {
	dir := flag.String("o", "bin/release", "the `folder` to put the release in")
	check := flag.Bool("check", false, "compare the release in the folder with two that are built elsewhere")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if *check {
		err = release.Check(ctx, *dir, os.Stderr)
	} else {
		err = release.Make(ctx, *dir, os.Getenv("RELEASE_TAG"), os.Stderr)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		stop()
		os.Exit(1)
	}
}
