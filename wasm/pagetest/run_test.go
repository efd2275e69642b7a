//go:build !js

package pagetest

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"image/png"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// The first minute at full speed: in time, with the lock, and with the numbers that the same program gives
// without a page.
func TestFirstMinuteAtFullSpeedGivesTheNumbersOfAHeadlessRun(t *testing.T) {
	node := testneed.Node(t)
	p := open(t, desktop, "")
	p.run(`sparkling.reset(); sparkling.speed("max"); sparkling.play()`)
	begun := time.Now()
	p.wait(`JSON.parse(sparkling.state()).forked`)
	t.Logf("the fork after %.1f s", time.Since(begun).Seconds())
	p.wait(`JSON.parse(sparkling.state()).done`)
	t.Logf("1000 steps of all arms after %.1f s", time.Since(begun).Seconds())

	s := p.state()
	assert.Equal(t, panel.End, s.Phase)
	for _, a := range s.Arms {
		assert.Equal(t, "done", a.State, a.Name)
		if a.Role == panel.Copy {
			assert.Positive(t, a.Lock.Pairs)
			assert.Equal(t, a.Lock.Pairs, a.Lock.Locked)
		} else if a.Role != panel.Small {
			assert.Less(t, a.Lock.Locked, a.Lock.Pairs, a.Name)
		}
	}
	rows := parse(t, p.csv())
	step, train, widened := slices.Index(rows[0], "step"), slices.Index(rows[0], "train_loss_nats"),
		slices.Index(rows[0], "val_loss_before_widening_nats")
	for _, row := range rows[1:] {
		if row[step] != "0" && row[widened] == "" {
			_, err := strconv.ParseFloat(row[train], 32)
			assert.NoError(t, err, "a training loss in every row: %v", row)
		}
	}
	assert.Equal(t, headless(t, node, experiment.FirstMinute()), p.csv(),
		"the page's numbers are those of the run without a page")
}

func parse(t *testing.T, text string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	require.Greater(t, len(rows), 1)
	return rows
}

// short is an experiment that is over in a few seconds.
func short(t *testing.T) experiment.Experiment {
	t.Helper()
	e := experiment.Default()
	e.Steps = 60
	for i := range e.Arms {
		for k := range e.Arms[i].Widen {
			e.Arms[i].Widen[k].Step = 30
		}
	}
	_, err := e.Validate()
	require.NoError(t, err)
	return e
}

func (p *tab) finish() {
	p.t.Helper()
	p.run(`sparkling.speed("max"); sparkling.play()`)
	p.wait(`JSON.parse(sparkling.state()).done`)
	p.settle()
}

func TestPauseStepAndResetGiveTheSameNumbers(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	p.finish()
	first := p.csv()
	p.run(`document.getElementById("to-start").click(); sparkling.pause()`)
	p.settle()
	before := p.state().Last
	for i := range 3 {
		p.run(`document.getElementById("step").click()`)
		p.wait(fmt.Sprintf(`JSON.parse(sparkling.state()).last === %d`, before+i+1))
	}
	assert.False(t, p.state().Playing)
	p.finish()
	assert.Equal(t, first, p.csv())
}

func TestWidenNowForksAtThePresentStepAndScrubbingLooksBack(t *testing.T) {
	p := open(t, desktop, "")
	p.wait(`JSON.parse(sparkling.state()).last >= 10`)
	p.run(`sparkling.pause()`)
	p.settle()
	present := p.state().Last
	p.run(`document.getElementById("widen").click()`)
	for step := range 4 {
		p.run(`document.getElementById("step").click()`)
		p.wait(fmt.Sprintf(`JSON.parse(sparkling.state()).last === %d`, present+step+1))
	}
	p.settle()
	s := p.state()
	assert.True(t, s.Forked)
	assert.Equal(t, present, s.Fork)
	assert.True(t, eval[bool](p, `document.getElementById("widen").disabled`))
	assert.Equal(t, fmt.Sprint(s.Fork), eval[string](p, `document.querySelector("[data-knob=widen-at]").value`),
		"the control follows")
	assert.Empty(t, eval[string](p, `document.getElementById("pending").textContent`), "nothing waits to be run")
	assert.True(t, eval[bool](p, `document.querySelector("#chapters [data-chapter=apart][aria-current]") !== null`),
		"the text follows the reader")

	p.run(`const s = document.getElementById("scrub"); s.value = 5; s.dispatchEvent(new Event("input"))`)
	assert.Equal(t, "5", eval[string](p, `document.getElementById("at").textContent`))
	assert.Equal(t, panel.Learning, p.state().Phase)
	p.run(`document.getElementById("live").click()`)
	assert.Equal(t, panel.Widened, p.state().Phase)
}

func TestTableSaysWhatTheCSVSays(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	p.finish()
	rows := parse(t, p.csv())
	last, widened, at := map[string]map[string]string{}, map[string]map[string]string{}, rows[0]
	for _, row := range rows[1:] {
		named := map[string]string{}
		for i, name := range at {
			named[name] = row[i]
		}
		last[named["name"]] = named
		if named["rms_ratio_after_widening"] != "" {
			widened[named["name"]] = named
		}
	}
	assert.Equal(t, "Full val", eval[string](p, `document.getElementById("val-head").textContent`),
		"as the verdict has it, and the ends of the curves")
	table := eval[[][]string](p, `[...document.querySelectorAll("#arms tbody tr")].map((row) => `+
		`[...row.cells].map((cell) => cell.textContent))`)
	require.Len(t, table, 4)
	for _, row := range table {
		want := last[row[0]]
		require.NotNil(t, want, "%q is a row of the CSV", row[0])
		for column, cell := range map[string]string{"train_loss_nats": row[1], "full_val_loss_nats": row[2]} {
			v, err := strconv.ParseFloat(want[column], 64)
			require.NoError(t, err)
			assert.Equal(t, fmt.Sprintf("%.4f", v), cell, "%s, %s", row[0], column)
		}
		if want["pairs"] != "" {
			assert.Equal(t, want["locked_pairs"]+"/"+want["pairs"], row[3], "locked pairs of %s", row[0])
		}
	}
	p.run(`document.querySelector("#exact summary").click()`)
	p.wait(`document.querySelector("#exact tbody tr")`)
	exact := eval[[][]string](p, `[...document.querySelectorAll("#exact tr")].map((row) => [...row.cells].map((cell) `+
		`=> cell.textContent))`)
	for row, column := range map[string]string{"Train loss": "train_loss_nats",
		"Full validation loss": "full_val_loss_nats",
		"Learning rate, new":   "lr_new", "Learning rate, old": "lr_old",
		"Mean RMS ratio before the widening": "rms_ratio_before_widening",
		"Mean RMS ratio after it":            "rms_ratio_after_widening",
		"Mean RMS ratio, were it not scaled": "rms_ratio_if_unscaled"} {
		k := slices.IndexFunc(exact, func(cells []string) bool { return cells[0] == row })
		require.Positive(t, k, row)
		for i, name := range exact[0][1:] {
			says := last[name][column]
			if strings.HasPrefix(column, "rms") {
				if says = widened[name][column]; says == "" {
					assert.Equal(t, "–", exact[k][1+i], "%s was never widened", name)
					continue
				}
			}
			want, err := strconv.ParseFloat(says, 32)
			require.NoError(t, err)
			got, err := strconv.ParseFloat(exact[k][1+i], 32)
			require.NoError(t, err, exact[k])
			assert.Equal(t, float32(want), float32(got), "%s, %s", name, column)
		}
	}
	assert.Empty(t, eval[[]string](p, `[...document.querySelectorAll("[title]")].map((e) => e.title).filter((title) `+
		`=> /\d\.\d/.test(title))`), "no number stands where only a mouse finds it")
	assert.Contains(t, eval[string](p, `document.getElementById("live-region").textContent`), "Step 60 of 60")
	img, err := png.Decode(bytes.NewReader(p.canvas()))
	require.NoError(t, err)
	colours := map[uint32]int{}
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			r, g, b, _ := img.At(x, y).RGBA()
			colours[r>>8<<16|g>>8<<8|b>>8]++
		}
	}
	assert.Greater(t, len(colours), 50, "the exported picture shows something")
}
