package durable_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/durable/cut"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

// put is a file that a test needs.
func put(t *testing.T, s string, path ...string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(path...), []byte(s), 0o644))
}

// get is the content of a file, "missing" where there is none.
func get(t *testing.T, path ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if errors.Is(err, fs.ErrNotExist) {
		return "missing"
	}
	require.NoError(t, err)
	return string(data)
}

// names are those in a folder, hidden ones too.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	require.NoError(t, err)
	out := []string{}
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestAFileIsWholeOldOrNewWheneverThePowerIsCut(t *testing.T) {
	for _, before := range []string{"missing", "old"} {
		states := map[string]int{}
		cut.Power(t, func(dir string) {
			if before != "missing" {
				put(t, before, dir, "f")
			}
		}, func(dir string) error {
			return durable.WriteFile(filepath.Join(dir, "f"), text(strings.Repeat("new", 200_000)))
		}, func(dir, when string) {
			durable.Sweep(dir)
			got := get(t, dir, "f")
			if strings.Contains(when, cut.AfterTheEnd) {
				assert.Equal(t, strings.Repeat("new", 200_000), got)
			}
			states[got]++
			for _, name := range names(t, dir) {
				assert.Equal(t, "f", name, when)
			}
		})
		assert.Len(t, states, 2)
		assert.Positive(t, states[before])
		assert.Positive(t, states[strings.Repeat("new", 200_000)])
	}
}

// A folder is there with all that it holds, or it holds nothing; until its last file is there nobody takes it for the
// whole.
func TestAFolderIsWholeOrEmptyWheneverThePowerIsCut(t *testing.T) {
	none, whole := 0, 0
	cut.Power(t, func(string) {}, func(dir string) error { return network(filepath.Join(dir, "a", "net")) },
		func(dir, when string) {
			net := filepath.Join(dir, "a", "net")
			if get(t, net, "config.json") != "missing" {
				assert.Equal(t, "weights", get(t, net, "model"), when)
				assert.Equal(t, "merges", get(t, net, "sub", "tokens"), when)
			}
			durable.Sweep(net)
			if len(names(t, net)) == 0 {
				assert.NotContains(t, when, cut.AfterTheEnd)
				none++
				require.NoError(t, network(net), "%s: and the work can be done again", when)
			} else {
				whole++
			}
			assert.Equal(t, []string{"config.json", "model", "sub"}, names(t, net), when)
			assert.Equal(t, "config", get(t, net, "config.json"), when)
			assert.Equal(t, "weights", get(t, net, "model"), when)
			assert.Equal(t, "merges", get(t, net, "sub", "tokens"), when)
		})
	assert.Positive(t, none)
	assert.Positive(t, whole)
}

// network makes a folder of three files.
func network(dir string) error {
	return durable.Tree(dir, "config.json", func(tmp string) error {
		for _, f := range []string{"config.json config", "model weights", "sub/tokens merges"} {
			name, content, _ := strings.Cut(f, " ")
			if err := durable.MkdirAll(filepath.Dir(filepath.Join(tmp, name))); err != nil {
				return err
			}
			if err := durable.WriteFile(filepath.Join(tmp, name), text(content)); err != nil {
				return err
			}
		}
		return nil
	})
}

// A folder that takes the place of another is the old one or the new, with all that each holds.
func TestAFolderThatIsReplacedIsOldOrNewWheneverThePowerIsCut(t *testing.T) {
	page := func(dir, what string) error {
		return durable.Swap(filepath.Join(dir, "page"), func(tmp string) error {
			return errors.Join(durable.WriteBytes(filepath.Join(tmp, "index"), []byte(what)),
				durable.WriteBytes(filepath.Join(tmp, what), []byte(what)))
		})
	}
	for _, before := range []bool{false, true} {
		seen := map[string]int{}
		cut.Power(t, func(dir string) {
			if before {
				require.NoError(t, page(dir, "old"))
			}
		}, func(dir string) error { return page(dir, "new") }, func(dir, when string) {
			durable.Sweep(dir)
			what := get(t, dir, "page", "index")
			if strings.Contains(when, cut.AfterTheEnd) {
				assert.Equal(t, "new", what)
			}
			seen[what]++
			if what != "missing" {
				assert.Equal(t, []string{"index", what}, names(t, filepath.Join(dir, "page")), when)
				assert.Equal(t, what, get(t, dir, "page", what), when)
				assert.Equal(t, []string{"page"}, names(t, dir), when)
			}
		})
		if before {
			assert.Zero(t, seen["missing"])
			assert.Positive(t, seen["old"])
		}
		assert.Positive(t, seen["new"])
	}
	cut.Full(t, func(dir string) { require.NoError(t, page(dir, "old")) },
		func(dir string) error { return page(dir, "new") }, func(dir string, err error) {
			want := "new"
			if err != nil {
				want = "old"
				assert.ErrorIs(t, err, syscall.ENOSPC)
			}
			assert.Equal(t, want, get(t, dir, "page", "index"))
			assert.Equal(t, []string{"page"}, names(t, dir))
		})
}

// Whatever is found, it is ours: the next claim may replace it.
func TestAClaimedFolderHoldsWholeFilesOfOursWheneverThePowerIsCut(t *testing.T) {
	write := func(dir, what string) error {
		c, err := durable.Take(dir, "run")
		if err != nil {
			return err
		}
		defer c.Release()
		if err := c.Write(durable.Output{Name: "other", Write: text("same")}); err != nil {
			return err
		}
		return c.Write(durable.Output{Name: "a", Write: text(what + " a")},
			durable.Output{Name: "b", Write: text(what + " b")})
	}
	seen := map[string]int{}
	cut.Power(t, func(dir string) { require.NoError(t, write(filepath.Join(dir, "out"), "old")) },
		func(dir string) error {
			return write(filepath.Join(dir, "out"), "new")
		}, func(dir, when string) {
			out := filepath.Join(dir, "out")
			a, b := get(t, out, "a"), get(t, out, "b")
			seen[a+", "+b]++
			if strings.Contains(when, cut.AfterTheEnd) {
				assert.Equal(t, "new a, new b", a+", "+b)
			}
			require.NoError(t, write(out, "third"), when)
			assert.Equal(t, "third a", get(t, out, "a"), when)
			assert.Equal(t, []string{".sparkling-files.json", "a", "b", "other"}, names(t, out), when)
		})
	assert.Positive(t, seen["old a, old b"])
	assert.Positive(t, seen["new a, new b"])
	for state := range seen {
		assert.Contains(t, []string{"old a, old b", "new a, old b", "new a, new b"}, state)
	}
}

// What finds no room says so, and leaves what was there.
func TestAFullDiskLeavesWhatWasThere(t *testing.T) {
	for name, c := range map[string]struct {
		work func(dir string) error
		kept func(dir string) bool // after a failure
	}{
		"file": {func(dir string) error { return durable.WriteFile(filepath.Join(dir, "f"), text("new")) },
			func(dir string) bool { return get(t, dir, "f") == "old" && len(names(t, dir)) == 1 }},
		"folder": {func(dir string) error { return network(filepath.Join(dir, "net")) },
			func(dir string) bool {
				return get(t, dir, "net", "config.json") == "missing" && len(names(t, dir)) == 1
			}},
		"claim": {func(dir string) error {
			c, err := durable.Take(filepath.Join(dir, "out"), "run")
			if err != nil {
				return err
			}
			defer c.Release()
			return c.Write(durable.Output{Name: "a", Write: text("a")})
		}, func(dir string) bool { return get(t, dir, "out", "a") == "missing" }},
	} {
		tries := cut.Full(t, func(dir string) { put(t, "old", dir, "f") }, c.work, func(dir string, err error) {
			if err == nil {
				return
			}
			assert.ErrorIs(t, err, syscall.ENOSPC, name)
			assert.Contains(t, err.Error(), "cannot be written: no space left on device", name)
			assert.NotContains(t, err.Error(), ".sparkling", name)
			assert.True(t, c.kept(dir), fmt.Sprint(name, names(t, dir)))
		})
		assert.Greater(t, tries, 3, name)
	}
}
