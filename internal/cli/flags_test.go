package cli

import (
	"os"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A variable that is not set names no folder, in a script neither: not the one that the script stands in.
func TestAnEmptyPathIsRefused(t *testing.T) {
	document := file(t, nil)
	dir := t.TempDir()
	t.Chdir(dir)
	for flag, args := range map[string][]string{
		"--out":    {"run", document, "--out", ""},
		"--resume": {"run", "--resume="},
		"--dir":    {"serve", "--dir", ""},
		"--model":  {"widen", "--model", "", "--out", "x", "--axis", "inner"},
		"--grads":  {"check", "--model", "x", "--batch", "x", "--grads="},
		"<record>": {"figures", ""},
	} {
		code, out, err := run(args...)
		assert.Equal(t, codeBad, code, flag)
		assert.Empty(t, out)
		assert.Contains(t, err, flag)
		assert.Contains(t, err, "it is empty; allowed is a path")
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries)
}

// What is empty is not what is left out: it would be everything, or the default, where something was meant.
func TestAnEmptyValueIsRefused(t *testing.T) {
	for name, args := range map[string][]string{
		"<experiment>": {"run", ""},
		"--seeds":      {"run", "--seeds", ""},
		"--card":       {"plan", "--memory", "--card="},
		"--only":       {"gpu", "--only", ""},
		"--claim":      {"reproduce", "--claim", ""},
	} {
		code, out, err := run(args...)
		assert.Equal(t, codeBad, code, name)
		assert.Empty(t, out)
		assert.Contains(t, err, name+" is empty; it needs a value")
	}
}

// Of two values one would be passed over. What only switches something on says the same twice.
func TestAFlagThatIsThereTwiceIsRefused(t *testing.T) {
	code, out, err := run("run", file(t, nil), "--seed", "1", "--steps", "3", "--seed=2")
	assert.Equal(t, codeBad, code)
	assert.Empty(t, out)
	assert.Contains(t, err, "--seed is there twice; allowed is once")
	code, _, err = run("run", "--list", "--json", "--json")
	assert.Zero(t, code, err)
}

// Flags that have another name since keep their old ones too.
func TestTheOldNamesOfFlagsMeanTheSame(t *testing.T) {
	var old, now verbs
	for v, flags := range map[*verbs][]string{&old: {"--gains", "sample", "--state", "drop"},
		&now: {"--norm-weights", "sample", "--optimizer-states", "drop"}} {
		parser, err := kong.New(v, values...)
		require.NoError(t, err)
		_, err = parser.Parse(append([]string{"widen", "--model", "a", "--out", "b", "--axis", "inner"}, flags...))
		require.NoError(t, err)
	}
	assert.Equal(t, now.Widen, old.Widen)
	assert.Equal(t, "sample", old.Widen.Norms)
	assert.Equal(t, "drop", old.Widen.States)
}

// Whoever gives a value means it: one that says nothing beside another is no default in silence.
func TestAValueThatWouldBePassedOverIsRefused(t *testing.T) {
	for says, args := range map[string][]string{
		"leave out lock": {"run", "lock", "--list"},
		"--batch and --seed can't be used together": {"inspect", t.TempDir(), "--batch", file(t, nil), "--seed", "2"},
		"with --engine cpu leave it out":            {"run", file(t, nil), "--engine", "cpu", "--precision", "bf16"},
		"no memory depends on --tokens or --at":     {"plan", file(t, nil), "--memory", "--tokens", "1e9"},
	} {
		code, out, err := run(args...)
		assert.Equal(t, codeBad, code, says)
		assert.Empty(t, out)
		assert.Contains(t, err, says)
	}
}
