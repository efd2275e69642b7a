// Package version says which version of the program this is. The number stands in version.txt, so that the same
// sources give the same program wherever and whenever they are built: no date and no state of a repository is in it.
// Versions of documents, records and messages belong to their own packages.
package version

import (
	_ "embed"
	"runtime"
	"strings"
)

//go:embed version.txt
var text string

// released is what a build of a release sets, by the linker; Flag does.
var released string

// Number is that of the release that these sources are, or are on the way to: MAJOR.MINOR.PATCH.
func Number() string { return strings.TrimSpace(text) }

// Flag is the option of the linker that makes a program say that it is the release.
func Flag() string {
	return "-X github.com/sparkling-lab/sparkling/internal/version.released=" + Number()
}

// String is what a program calls itself: its number, -dev behind it where it is not of a release, and what it was
// compiled by and for.
func String() string {
	number := Number()
	if released != number {
		number += "-dev"
	}
	return number + " (" + runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH + ")"
}
