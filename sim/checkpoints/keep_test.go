package checkpoints

import (
	"context"
	"errors"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
)

// at is the position of a run that is never widened after so many updates, its network, and its growth.
func at(step int) (values, model.Growth, Position) {
	p := lasting()
	p.Step = step
	v, g := networkAt(p)
	return v, g, p
}

func saveAt(t testing.TB, k *Keeper, step int) string {
	t.Helper()
	v, g, p := at(step)
	dir, err := k.Save(context.Background(), v, g, p)
	require.NoError(t, err)
	return dir
}

// names are those of a folder, without the lock.
func names(t testing.TB, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		if e.Name() != ".sparkling-lock" {
			all = append(all, e.Name())
		}
	}
	return all
}

// failing is a network that cannot be read any more after so many matrices.
type failing struct {
	values
	left int
	then func() error
}

func (f *failing) Read(q model.Quantity, tensor, expert int, into []float32) error {
	if f.left--; f.left < 0 {
		if err := f.then(); err != nil {
			return err
		}
	}
	return f.values.Read(q, tensor, expert, into)
}

// Whatever ends a saving early, at whichever matrix, leaves the checkpoints before it as they were and nothing else.
func TestASavingThatEndsEarlyLeavesNothingAndTakesNothing(t *testing.T) {
	k := keeper(t, 1)
	saveAt(t, k, 1)
	before := folder(t, k.Dir())
	v, g, p := at(2)
	n := 0
	for ends := true; ends; n++ {
		broken := errors.New("the device is gone")
		_, err := k.Save(context.Background(), &failing{v, n, func() error { return broken }}, g, p)
		if ends = errors.Is(err, broken); !ends {
			require.NoError(t, err)
			break
		}
		require.Equal(t, before, folder(t, k.Dir()))
		ctx, stop := context.WithCancel(context.Background())
		_, err = k.Save(ctx, &failing{v, n, func() error { stop(); return nil }}, g, p)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, before, folder(t, k.Dir()))
	}
	assert.Greater(t, n, 30)
	assert.Equal(t, []string{"step-00000002"}, names(t, k.Dir()))
}

// The last k stay, and what this program did not write: folders called otherwise or without its list, files in its
// folders, links.
func TestTheLastAreKeptAndWhatSomebodyElseWrote(t *testing.T) {
	k := keeper(t, 2)
	for _, name := range []string{"step-00000001", "best", "step-1", "step-00000002.old"} {
		require.NoError(t, os.Mkdir(filepath.Join(k.Dir(), name), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(k.Dir(), name, "notes"), []byte("x"), 0o644))
	}
	elsewhere := t.TempDir()
	require.NoError(t, os.Symlink(elsewhere, filepath.Join(k.Dir(), "step-00000003")))
	others := names(t, k.Dir())
	require.NoError(t, os.Mkdir(filepath.Join(k.Dir(), "step-00000004"), 0o755)) // as a removal that was cut leaves it
	for _, step := range []int{10, 20, 30} {
		dir := saveAt(t, k, step)
		if step == 10 {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "notes"), []byte("mine"), 0o644))
		}
	}
	assert.ElementsMatch(t, append(slices.Clone(others), "step-00000010", "step-00000020", "step-00000030"),
		names(t, k.Dir()))
	assert.Equal(t, []string{"notes"}, names(t, filepath.Join(k.Dir(), "step-00000010")))
	assert.Equal(t, filepath.Join(k.Dir(), "step-00000030"), saveAt(t, k, 30), "the run has not moved")
	saveAt(t, k, 1)
	assert.Contains(t, names(t, k.Dir()), "step-00000001.2", "the name is somebody else's")
	_, err := Open(k.Dir(), 1, nil)
	assert.ErrorContains(t, err, "another run of this program is writing into")
	_, err = Open(t.TempDir(), 0, nil)
	assert.ErrorContains(t, err, "allowed are 1 and more")
}

// Whatever happens to any file of the newest checkpoint, the one before it is taken, and it is said what is wrong.
func TestTheOneBeforeADamagedCheckpointIsTaken(t *testing.T) {
	k := keeper(t, 2)
	k.tokenizer = []byte("{}")
	saveAt(t, k, 1)
	dir := saveAt(t, k, 2)
	files := folder(t, dir)
	require.ElementsMatch(t, []string{"config.json", "model.safetensors", "optimizer_m.safetensors",
		"optimizer_v.safetensors", "growth_stages.safetensors", "position.json", "tokenizer.json", "SHA256SUMS"},
		slices.Collect(maps.Keys(files)))
	passed := func(says string) {
		t.Helper()
		c, passed, err := Latest(context.Background(), k.Dir())
		require.NoError(t, err)
		require.Equal(t, 1, c.Step)
		require.Len(t, passed, 1)
		require.ErrorContains(t, passed[0], "the checkpoint step-00000002 is damaged: ")
		require.ErrorContains(t, passed[0], says)
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.Remove(path))
		passed(name + " is missing")
		require.NoError(t, os.WriteFile(path, []byte(text[:len(text)-1]), 0o644))
		passed(name)
		bad := []byte(text)
		bad[len(bad)/2] ^= 1
		require.NoError(t, os.WriteFile(path, bad, 0o644))
		passed("")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pytorch_model.bin"), nil, 0o644))
	assert.Equal(t, 2, latest(t, k).Step, "what is not read harms nobody")
	require.NoError(t, os.Rename(dir, filepath.Join(k.Dir(), "step-00000009")))
	c, list, err := k.Latest(context.Background())
	require.NoError(t, err)
	assert.Equal(t, 1, c.Step)
	assert.ErrorContains(t, list[0], "position.json says that it is step-00000002")
	saveAt(t, k, 3)
	saveAt(t, k, 4)
	assert.ElementsMatch(t, []string{"step-00000003", "step-00000004", "step-00000009"}, names(t, k.Dir()),
		"a damaged one counts for none, and is left to whoever wants to look at it")
	for _, name := range []string{"step-00000003", "step-00000004"} {
		require.NoError(t, os.Remove(filepath.Join(k.Dir(), name, "config.json")))
	}
	_, _, err = k.Latest(context.Background())
	assert.ErrorContains(t, err, "no checkpoint in "+k.Dir()+" is whole")
	assert.NotContains(t, err.Error(), "\n", "one sentence")
	none := keeper(t, 1)
	c, list, err = none.Latest(context.Background())
	assert.Nil(t, c)
	assert.Empty(t, list)
	assert.NoError(t, err)
}

// A network that has diverged is not kept in the place of one that has not.
func TestADivergedNetworkIsNotSaved(t *testing.T) {
	k := keeper(t, 1)
	saveAt(t, k, 1)
	v, g, p := at(2)
	v[2].Data[7] = float32(math.Inf(1))
	_, err := k.Save(context.Background(), v, g, p)
	assert.ErrorContains(t, err, "the network has diverged, and is not saved: a second moment of "+
		"model.embed_tokens.weight is no longer finite")
	v, _, p = at(2)
	p.LossSum = math.NaN()
	_, err = k.Save(context.Background(), v, g, p)
	assert.ErrorContains(t, err, "loss_sum is NaN")
	assert.Equal(t, []string{"step-00000001"}, names(t, k.Dir()))
}

func TestACheckpointOfAnotherRunIsRefusedInOneSentence(t *testing.T) {
	e := tiny(model.Hidden, "sparkling")
	k := keeper(t, 1)
	r := begun(t, e).to(6)
	r.save(k)
	c := latest(t, k)
	table := r.learn.Table()
	lr := says(e.Optimizer.LR)
	for says, change := range map[string]func(){
		"optimizer.lr is " + lr + " there and 0.5 here":     func() { e.Optimizer.LR = 0.5 },
		"arms[0].widen[0].step is 4 there and 5 here":       func() { e.Arms[0].Widen[0].Step = 5 },
		"model.inner is 6 there and 7 here":                 func() { e.Model.Inner = 7 },
		"arms[0].widen[0].optimizer_states is \"asymmetric": func() { e.Arms[0].Widen[0].OptState = "copy" },
	} {
		e = tiny(model.Hidden, "sparkling")
		change()
		_, err := load(c, e, table, r.growth)
		assert.ErrorContains(t, err, "is the checkpoint of another experiment: "+says)
	}
	e = tiny(model.Hidden, "sparkling")
	e.Name, e.Arms[0].Name = "renamed", "too"
	_, err := load(c, e, table, r.growth)
	assert.NoError(t, err, "names change no bit")
	more := table.Config
	more.Vocab++
	_, err = load(c, e, model.NewTable(more), r.growth)
	assert.ErrorContains(t, err, "of model.embed_tokens.weight")
	_, err = load(c, e, table, model.NewGrowth(table.Config))
	assert.ErrorContains(t, err, "by the ages of its rows and columns it was [6 6] wide inside and [8 16] hidden")
	other := table.Config
	other.LogitMult *= 3
	_, err = load(c, e, model.NewTable(other), r.growth)
	assert.ErrorContains(t, err, "times the embedding")
}

// A position that no run of the document comes to is neither written nor believed.
func TestAPositionThatCannotBeIsRefused(t *testing.T) {
	e := twice(tiny(model.Inner, "remapped"))
	good := Position{Step: 7, Widenings: 1, Places: []int{3}, Experiment: e}
	require.NoError(t, good.check())
	for says, change := range map[string]func(*Position){
		"step is -1; allowed are 0 to 12":                func(p *Position) { p.Step = -1 },
		"step is 13; allowed are 0 to 12":                func(p *Position) { p.Step = 13 },
		"widenings is 0; at step 7 allowed are 1 to 2":   func(p *Position) { p.Widenings = 0 },
		"widenings is 2; at step 4 allowed are 0 to 1":   func(p *Position) { p.Step, p.Widenings = 4, 2 },
		"places has 0 entries after 1 widenings":         func(p *Position) { p.Places = nil },
		"places[0] is 13; allowed are 0 to 12":           func(p *Position) { p.Places = []int{13} },
		"flops is -1; allowed are numbers of at least 0": func(p *Position) { p.FLOPs = -1 },
		"the experiment has 2 arms; a run of one has": func(p *Position) {
			p.Experiment.Arms = slices.Repeat(e.Arms, 2)
		},
		"loss_weight is NaN; allowed are numbers of at leas": func(p *Position) { p.LossWeight = math.NaN() },
	} {
		p := good
		p.Experiment = e.Clone()
		change(&p)
		assert.ErrorContains(t, p.check(), says)
	}
	v, g := values{model.NewValues(model.NewTable(e.Start(0)))}, model.NewGrowth(e.Start(0))
	_, err := keeper(t, 1).Save(context.Background(), v, g, good)
	assert.ErrorContains(t, err, "grown 0 times, and the position speaks of 1 widenings")
	c := e.Start(0)
	c.Untied, c.LogitMult = true, 3
	assert.ErrorContains(t, Keepable(c), "model.logit_mult is 3 and the head is untied")
}

// A network that is large lies in several files, as other programs have it, and comes back to the bit.
func TestALargeNetworkLiesInSeveralFiles(t *testing.T) {
	e := tiny(model.Hidden, "sparkling")
	k := keeper(t, 1)
	k.most = 3000
	r := begun(t, e).to(6)
	dir := r.save(k)
	assert.FileExists(t, filepath.Join(dir, "optimizer_v.safetensors.index.json"))
	assert.NoFileExists(t, filepath.Join(dir, "model.safetensors"))
	f, err := checkpoint.ReadFolder(context.Background(), dir)
	require.NoError(t, err)
	assert.Greater(t, len(f.Weights.Files), 2)
	sameRun(t, r, resumed(t, e, latest(t, k)), "several files")
}

func TestADiskWithTooLittleRoomIsSaidBeforehand(t *testing.T) {
	k := keeper(t, 1)
	saveAt(t, k, 1)
	v, g, p := at(2)
	defer func(was func(string) (int64, bool)) { free = was }(free)
	free = func(string) (int64, bool) { return 1000, true }
	_, err := k.Save(context.Background(), v, g, p)
	assert.ErrorContains(t, err, "a checkpoint takes 1.1 MB, and the disk of "+k.Dir()+" has 0.0 MB left")
	assert.Equal(t, []string{"step-00000001"}, names(t, k.Dir()))
	free = func(string) (int64, bool) { return 0, false }
	saveAt(t, k, 2)
	var size int64
	for _, text := range folder(t, filepath.Join(k.Dir(), "step-00000002")) {
		size += int64(len(text))
	}
	assert.Less(t, size, Bytes(v.Table()), "what is said beforehand is enough")
}
