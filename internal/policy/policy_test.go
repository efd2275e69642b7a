// Package policy holds the rules of the house that a compiler does not see. It has tests only.
package policy

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

const (
	root   = "../.."
	module = "github.com/sparkling-lab/sparkling/"
	// maxLines is where a file has more than one idea.
	maxLines = 400
)

// files calls f for every file of the project that a person has written.
func files(t *testing.T, f func(path string, data []byte)) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if name == ".git" || name == ".cache" || name == "bin" || name == "dist" || name == "testdata" ||
				name == "node_modules" {
				return filepath.SkipDir
			}
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		f(filepath.ToSlash(rel), data)
		return err
	}))
}

func TestEveryPackageSaysWhatLivesThere(t *testing.T) {
	says := map[string]bool{}
	files(t, func(path string, data []byte) {
		if !strings.HasSuffix(path, ".go") {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, data, parser.PackageClauseOnly|parser.ParseComments)
		require.NoError(t, err)
		dir := filepath.Dir(path)
		says[dir] = says[dir] || f.Doc != nil && len(f.Doc.Text()) > 60
	})
	for dir, ok := range says {
		assert.True(t, ok, "the package in %s has no comment", dir)
	}
}

func TestFilesAreShort(t *testing.T) {
	files(t, func(path string, data []byte) {
		if strings.HasSuffix(path, ".go") || strings.HasSuffix(path, ".js") || strings.HasSuffix(path, ".css") {
			assert.LessOrEqual(t, strings.Count(string(data), "\n"), maxLines, path)
		}
	})
}

// To open the page with the name of an experiment in its address must not also lead into the middle of the page.
func TestNoElementOfThePageHasTheNameOfAnExperiment(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "index.html"))
	require.NoError(t, err)
	for _, b := range experiment.Builtins() {
		assert.NotContains(t, string(page), fmt.Sprintf("id=%q", b.Name))
	}
}

// A path of somebody's machine means nothing on another.
func TestNoPathOfAMachineIsWrittenDown(t *testing.T) {
	home := regexp.MustCompile(`(/home/|/root/|/Users/|C:\\Users)`)
	files(t, func(path string, data []byte) {
		if filepath.Base(path) != "policy_test.go" && !strings.HasSuffix(path, ".png") {
			assert.Empty(t, home.FindString(string(data)), path)
		}
	})
}

// Nothing leaves the reader's machine: what the page loads lies beside it. Links to follow and names of formats are no
// requests.
func TestThePageAsksNobodyElse(t *testing.T) {
	address := regexp.MustCompile(`https?://[^\s"'<>)]+`)
	link := regexp.MustCompile(`<a [^>]*href="https?://[^"]+"|\[[^\]]+\]\(https?://[^)]+\)`) // in HTML, in Markdown
	pages := 0
	files(t, func(path string, data []byte) {
		if path != "index.html" && !strings.HasPrefix(path, "site/") || strings.HasSuffix(path, ".png") {
			return
		}
		pages++
		text := link.ReplaceAllString(string(data), "")
		for _, a := range address.FindAllString(text, -1) {
			assert.True(t, strings.HasPrefix(a, "http://www.w3.org/"), "%s asks %s", path, a)
		}
	})
	assert.Greater(t, pages, 5)
}

// The documented command go test ./model/... -fixtures DIR hands its flag to every test below model.
func TestEveryTestOfTheModelKnowsTheFixturesFlag(t *testing.T) {
	knows := map[string]bool{}
	files(t, func(path string, data []byte) {
		if strings.HasPrefix(path, "model/") && strings.HasSuffix(path, "_test.go") {
			dir := filepath.Dir(path)
			knows[dir] = knows[dir] || strings.Contains(string(data), module+"internal/fixture")
		}
	})
	for dir, ok := range knows {
		assert.True(t, ok, "no test of %s imports internal/fixture", dir)
	}
	assert.Greater(t, len(knows), 3)
}

// go test -run is content where nothing matches: a test that is renamed would no longer run as WebAssembly, or under
// the race detector, and nobody would know.
func TestWhatTheMakefileSelectsExists(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "Makefile"))
	require.NoError(t, err)
	joined := bytes.ReplaceAll(text, []byte("\\\n"), nil)
	variable := func(name string) string {
		value := regexp.MustCompile(`(?m)^` + name + ` *:= (.+)$`).FindSubmatch(joined)
		require.NotNil(t, value, name)
		return string(value[1])
	}
	tests := map[string]string{} // by folder
	files(t, func(path string, data []byte) {
		if strings.HasSuffix(path, "_test.go") {
			for _, m := range declared.FindAllSubmatch(data, -1) {
				tests["./"+filepath.ToSlash(filepath.Dir(path))] += " " + string(m[1])
			}
		}
	})
	bits := ""
	for _, dir := range strings.Fields(variable("BITS_OF")) {
		assert.Regexp(t, variable("BITS"), tests[dir], dir)
		bits += tests[dir]
	}
	for part := range strings.SplitSeq(variable("BITS"), "|") {
		assert.Regexp(t, part, bits)
	}
	all := ""
	for _, dir := range strings.Fields(variable("RACED_LOOPS") + " " + variable("RACED_ENGINE")) {
		assert.Regexp(t, variable("RACED"), tests[dir], dir)
		all += tests[dir]
	}
	for part := range strings.SplitSeq(variable("RACED"), "|") {
		assert.Regexp(t, part, all)
	}
	for _, used := range []string{`-run '$(BITS)' $(BITS_OF)`, `-run '$(RACED)' $(RACED_LOOPS)`,
		`-run '$(RACED)' $(RACED_ENGINE)`} {
		assert.Contains(t, string(text), used)
	}
}

// declared finds the tests of a file.
var declared = regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)
