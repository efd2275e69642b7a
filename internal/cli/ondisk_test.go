package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/schollz/progressbar/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/checkpoint/torch"
)

// A dry run says what the widening then does, and leaves nothing, not even a folder.
func TestADryRunSaysWhatAWideningDoesAndLeavesNothing(t *testing.T) {
	dir := deep(t)
	out := filepath.Join(t.TempDir(), "new", "wide")
	args := []string{"widen", "--model", dir, "--out", out, "--axis", "joint", "--json"}
	ask := func(args ...string) (r wideningOnDisk) {
		t.Helper()
		code, text, err := run(args...)
		require.Zero(t, code, err)
		require.NoError(t, json.Unmarshal([]byte(text), &r))
		return r
	}
	would := ask(append(args, "--dry-run")...)
	left, e := os.ReadDir(filepath.Dir(filepath.Dir(out)))
	require.NoError(t, e)
	assert.Empty(t, left)
	assert.True(t, would.DryRun)
	assert.Positive(t, would.Seconds)
	assert.Positive(t, would.CopyRate.Bytes)
	assert.InDelta(t, 0.37, float64(would.Saves.Saving), 0.1, "half of a run at about a quarter of the size")
	code, text, err := run("widen", "--model", dir, "--out", out, "--axis", "joint", "--dry-run")
	require.Zero(t, code, err)
	assert.Contains(t, text, "wide would be: hidden 32, inner 12, ")
	assert.Contains(t, text, "Nothing was written.")

	did := ask(args...)
	assert.Positive(t, did.Seconds)
	assert.Equal(t, []string{"optimizer_m"}, did.States)
	assert.Equal(t, "asymmetric", did.Treatment)
	would.DryRun, would.Seconds, would.Saves, would.CopyRate = false, did.Seconds, nil, nil
	assert.Equal(t, would, did)
}

// Heads of OLMoE keep their width. Where other programs would take it for another, JSON says so too; in this folder it
// is twice what they take, until the hidden axis is twice as wide.
func TestAWideningSaysInJSONThatHeadsKeepTheirWidth(t *testing.T) {
	dir := familyFolder(t, "olmoe", "model.safetensors", nil)
	for axis, stays := range map[string]bool{"inner": true, "hidden": false} {
		args := []string{"widen", "--model", dir, "--out", filepath.Join(t.TempDir(), "wide"), "--axis", axis, "--json"}
		for _, args := range [][]string{append(args, "--dry-run"), args} {
			code, out, err := run(args...)
			require.Zero(t, code, err)
			var r wideningOnDisk
			require.NoError(t, json.Unmarshal([]byte(out), &r))
			assert.Equal(t, stays, r.HeadDim != 0, axis)
		}
	}
}

// A bar of bytes says how many of how many are done, how many a second, and how long the rest takes.
func TestABarOfBytesSaysWhatIsLeft(t *testing.T) {
	var b bytes.Buffer
	bar := progressbar.NewOptions64(4<<20, append([]progressbar.Option{progressbar.OptionSetWriter(&b),
		progressbar.OptionSetWidth(4)}, inBytes...)...)
	require.NoError(t, bar.Set64(1<<20))
	assert.Regexp(t, `1\.0/4\.2 MB, [0-9.]+ [kMGT]?B/s\) \[[0-9a-z]+:[0-9a-z]+\]`, b.String())
}

// What a widening refuses a dry run refuses, in the same words: it promises nothing that would not be.
func TestADryRunRefusesWhatAWideningRefuses(t *testing.T) {
	c := model.Config{Vocab: 17, Hidden: 12, Layers: 2, Heads: 2, KVHeads: 1, HeadDim: 6, Experts: 4, TopK: 2,
		Inner: 10, NormEps: 1e-6, RopeBase: 10000, AuxLossCoef: 0.01, ZLossCoef: 0.001, InitStd: 0.1, LogitMult: 1}
	root := t.TempDir()
	dir, states, file := filepath.Join(root, "small"), filepath.Join(root, "states.pt"), filepath.Join(root, "file")
	require.NoError(t, checkpoint.Save(t.Context(), dir, nil, model.Init(c, 1)))
	var names []string
	list, all := &torch.List{}, torch.NewDict()
	for i, s := range checkpoint.Split(model.NewTable(c)) {
		state := torch.NewDict()
		state.Set("exp_avg", torch.NewTensor(checkpoint.F32, s.Shape))
		all.Set(int64(i), state)
		list.Items, names = append(list.Items, int64(i)), append(names, s.Name)
	}
	group, saved := torch.NewDict(), torch.NewDict()
	group.Set("params", list)
	saved.Set("state", all)
	saved.Set("param_groups", &torch.List{Items: []any{group}})
	require.NoError(t, torch.Write(states, saved, func(x *torch.Tensor, w io.Writer) error {
		_, err := w.Write(make([]byte, x.Bytes()))
		return err
	}))
	text, e := json.Marshal(names)
	require.NoError(t, e)
	right := filepath.Join(root, "right.json")
	require.NoError(t, os.WriteFile(right, text, 0o644))
	slices.Reverse(names)
	text, e = json.Marshal(names)
	require.NoError(t, e)
	order := filepath.Join(root, "names.json")
	require.NoError(t, os.WriteFile(order, text, 0o644))
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	require.NoError(t, os.Symlink(filepath.Join(root, "nowhere"), filepath.Join(root, "link")))
	out := filepath.Join(root, "wide")
	for name, x := range map[string]struct {
		out, want string
		flags     []string
	}{
		"names in another order": {out, "may be in another order", []string{"--optimizer", states, "--names", order}},
		"a layout that is none":  {out, `layout "zap" is none of`, []string{"--layout", "zap"}},
		"a layout beside states": {out, `sparkling: layout "zap" is none of`,
			[]string{"--layout", "zap", "--optimizer", states, "--names", right}},
		"a folder that is full":   {dir, "nothing is overwritten", nil},
		"a file":                  {file, "it is not a folder", nil},
		"below a file":            {filepath.Join(file, "wide"), "not a directory", nil},
		"below a link to nothing": {filepath.Join(root, "link", "wide"), "a link to what is not there", nil},
	} {
		args := append([]string{"widen", "--model", dir, "--out", x.out, "--axis", "inner", "--quiet"}, x.flags...)
		code, _, did := run(args...)
		assert.Equal(t, codeBad, code, name)
		assert.Contains(t, did, x.want, name)
		code, text, would := run(append(args, "--dry-run")...)
		assert.Equal(t, codeBad, code, name)
		assert.Empty(t, text, name)
		assert.Equal(t, did, would, name)
		assert.NoDirExists(t, out, name)
	}
}

// Every key that widen --json may print is told in the docs.
func TestEveryKeyOfAWideningIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/checkpoints.md")
	require.NoError(t, err)
	for _, x := range []any{wideningOnDisk{}, sizesOf{}, saves{}, rateOf{}} {
		for f := range reflect.TypeOf(x).Fields() {
			key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			assert.Contains(t, string(page), "`"+key+"`", f.Name)
		}
	}
}
