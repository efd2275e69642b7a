package debian

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// apt is apt-get with lists, states and a cache of its own, so that it needs no rights and changes nothing. How it
// reaches the network is the machine's setting.
type apt struct {
	options          []string
	lists, downloads string
}

// newApt makes what it works in below a folder.
func newApt(dir string) (*apt, error) {
	state, cache := filepath.Join(dir, "state"), filepath.Join(dir, "cache")
	a := &apt{lists: filepath.Join(state, "lists"), downloads: filepath.Join(dir, "downloads")}
	for _, dir := range []string{
		filepath.Join(a.lists, "partial"), filepath.Join(cache, "archives", "partial"), a.downloads,
	} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
	}
	status := filepath.Join(state, "status") // of what is installed: nothing
	if err := os.WriteFile(status, nil, 0o644); err != nil {
		return nil, err
	}
	for _, option := range []string{"Dir::State=" + state, "Dir::State::Status=" + status, "Dir::Cache=" + cache,
		"APT::Sandbox::User=root", // a folder of root's is closed to the user that apt would take else
		"Acquire::Languages=none", "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false"} {
		a.options = append(a.options, "-o", option)
	}
	return a, nil
}

// get runs apt-get and returns what it prints.
func (a *apt) get(ctx context.Context, args ...string) (string, error) {
	c := exec.CommandContext(ctx, "apt-get", append(append([]string{"-q"}, a.options...), args...)...)
	c.Dir, c.Env = a.downloads, append(os.Environ(), "LC_ALL=C")
	return output(c)
}

// listed is an address that apt reads of a source, and the file that it keeps it in.
var listed = regexp.MustCompile(`(?m)^'([^']+)/dists/[^']+/InRelease' (\S+) `)

// mirror is the address of Debian's archive that the machine is set up with: of its sources the one that says so.
func (a *apt) mirror(ctx context.Context) (string, error) {
	const without = "Acquire::IndexTargets::deb::Packages::DefaultEnabled=false" // lists of packages, which are long
	text, err := a.get(ctx, "-o", without, "--print-uris", "update")
	if err != nil {
		return "", err
	}
	_, failed := a.get(ctx, "-o", without, "update") // which it may of sources that are not needed here
	for _, m := range listed.FindAllStringSubmatch(text, -1) {
		data, err := os.ReadFile(filepath.Join(a.lists, m[2]))
		if err == nil && debians(string(data)) {
			return m[1], nil
		}
	}
	return "", errors.Join(errors.New("none of apt's sources on this machine is Debian's archive"), failed)
}

// debians reports whether the description of a source says that it is Debian's main archive.
func debians(text string) bool {
	return strings.Contains(text, "\nOrigin: Debian\n") && strings.Contains(text, "\nLabel: Debian\n")
}
