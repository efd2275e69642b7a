package checkpoints

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model"
)

// childDir names the folder of a child: the test is its own child, which saves until it is killed.
const childDir = "CHECKPOINTS_CHILD"

// lasting is an experiment with more steps than a child comes to.
func lasting() Position {
	e := tiny(model.Inner, "small")
	e.Steps = 1_000_000
	return Position{Experiment: e, Places: []int{}}
}

// networkAt is one of the experiment, of which every number tells the step.
func networkAt(p Position) (values, model.Growth) {
	table := model.NewTable(p.Experiment.Start(0))
	v := values{model.NewValues(table), model.NewValues(table), model.NewValues(table)}
	for k := range v {
		for i := range v[k].Data {
			v[k].Data[i] = float32(p.Step)
		}
	}
	return v, model.NewGrowth(table.Config)
}

// child goes on from what it finds, and tells of every checkpoint that it has made.
func child(dir string) {
	durable.Use(unsynced{durable.Current()})
	k, err := Open(dir, 2, nil)
	p := lasting()
	var c *Checkpoint
	if err == nil {
		c, _, err = k.Latest(context.Background())
	}
	if c != nil {
		p.Step = c.Step
	}
	for err == nil {
		p.Step++
		v, g := networkAt(p)
		if _, err = k.Save(context.Background(), v, g, p); err == nil {
			_, err = fmt.Println(p.Step)
		}
	}
	fmt.Println(err)
	os.Exit(1)
}

// Whenever a run is killed, there is a whole checkpoint, and none that it had made is lost.
func TestAKilledRunLosesNoCheckpoint(t *testing.T) {
	dir, rng, last := t.TempDir(), rand.New(rand.NewPCG(1, 2)), 0
	for range 12 {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), childDir+"="+dir)
		says, err := child.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, child.Start())
		lines := bufio.NewScanner(says)
		for range 1 + rng.IntN(3) {
			require.True(t, lines.Scan())
			_, err := fmt.Sscan(lines.Text(), &last)
			require.NoError(t, err, lines.Text())
		}
		time.Sleep(time.Duration(rng.IntN(20)) * time.Millisecond)
		require.NoError(t, child.Process.Kill())
		for lines.Scan() {
			_, err := fmt.Sscan(lines.Text(), &last)
			require.NoError(t, err, lines.Text())
		}
		_ = child.Wait()
		c, passed, err := Latest(context.Background(), dir)
		require.NoError(t, err)
		assert.Empty(t, passed)
		assert.GreaterOrEqual(t, c.Step, last)
		assert.LessOrEqual(t, c.Step, last+1, "the one that it could not tell of any more")
	}
	k, err := Open(dir, 1, nil)
	require.NoError(t, err)
	defer k.Close()
	c := latest(t, k)
	p := lasting()
	p.Step = c.Step + 1
	v, g := networkAt(p)
	_, err = k.Save(context.Background(), v, g, p)
	require.NoError(t, err)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		assert.True(t, e.Name() == p.place().String() || strings.HasSuffix(e.Name(), "lock"),
			"%s is left", e.Name())
	}
}
