//go:build !js

package pagetest

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/browser"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// What the pictures take from training, and training from the pictures. Times are reported and not judged: on a machine
// that does other things too they say more of those. What is judged is the work behind them, which does not depend on
// the machine: no frame draws more than one picture; package viz counts what drawing one allocates.
func TestPageAnswersWhileFourArmsTrainAtFullSpeed(t *testing.T) {
	e := forkedAt(40)
	p := open(t, desktop, e.Link())
	p.run(`sparkling.speed("max"); sparkling.play()`)
	p.wait(`JSON.parse(sparkling.shown())[0]?.Pane === "divergence"`) // from where on the story keeps its pictures
	before := p.work()
	busy := p.trace(6 * time.Second)
	p.wait(fmt.Sprintf(`JSON.parse(sparkling.work()).pictures > %d`, before.Pictures))
	after := p.work()
	t.Logf("main thread, four arms at full speed: %v", busy)
	frames, pictures, steps := after.Frames-before.Frames, after.Pictures-before.Pictures, after.Steps-before.Steps
	objects, bytes := after.Objects-before.Objects, after.Bytes-before.Bytes
	t.Logf("%d frames, %d pictures, %d frames of arms received, %d objects and %d KB allocated, %d MB in use", frames,
		pictures, steps, objects, bytes>>10, after.Heap>>20)
	assert.LessOrEqual(t, pictures, frames, "one picture a frame at most")
	p.run(`document.getElementById("play").click()`)
	assert.False(t, p.state().Playing)
	assert.Less(t, p.state().Last, e.Steps, "the run was still going on")
}

// work is the program's own account of what it has done.
type work struct {
	Frames, Pictures, Steps int
	Objects, Bytes, Heap    uint64
}

func (p *tab) work() (w work) {
	p.t.Helper()
	require.NoError(p.t, json.Unmarshal([]byte(eval[string](p, "sparkling.work()")), &w))
	return w
}

// trace measures the main thread for a while.
func (p *tab) trace(during time.Duration) browser.Frames {
	p.t.Helper()
	f, err := p.Trace(during)
	require.NoError(p.t, err)
	return f
}

// forkedAt is the default experiment, widened early and too long to end while a test looks at it.
func forkedAt(step int) experiment.Experiment {
	e := experiment.Default()
	e.Steps = 20000
	for i := range e.Arms {
		for k := range e.Arms[i].Widen {
			e.Arms[i].Widen[k].Step = step
		}
	}
	return e
}
