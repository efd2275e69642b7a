package train

import "github.com/sparkling-lab/sparkling/sim/experiment"

// Where training diverges somebody wants to go back to just before. Of every keptEvery updates an arm keeps the state,
// if that takes no more than mostKept bytes, and from there makes the updates up to the breaking one once more: they
// give the same bits.
const (
	keptEvery = 64
	mostKept  = 8 << 20
)

// keep keeps the present state, if it is time to: also after the first update of a widening, so that no search is ever
// made again.
func (t *Trainer) keep() error {
	r := t.run
	if _, due := r.due(); due || r.step%keptEvery != 0 && (r.stage == 0 || r.stages[r.stage-1].Step != r.step-1) {
		return nil
	}
	t.good = nil
	if experiment.StateValues*4*r.learn.Table().Size > mostKept {
		return nil
	}
	var err error
	t.good, err = r.snapshot(nil)
	return err
}

// lastGood sends the state after so many updates, the last that is all finite, after the frames that led to it; nothing
// where none is kept that leads there.
func (t *Trainer) lastGood(out [][]byte, step int) [][]byte {
	if t.good == nil {
		return out
	}
	c, err := t.run.sibling(t.good)
	if err != nil {
		return out // there is no place for it
	}
	defer c.Close()
	for c.step < step {
		if _, due := c.due(); due {
			return out
		}
		if _, _, err := c.train(); err != nil || c.nonFinite != "" {
			return out
		}
	}
	state, err := c.snapshot(nil)
	if err != nil || c.step != step {
		return out
	}
	return append(t.flush(out), Message{Kind: KindSnapshot, Arm: c.arm, Step: step, Snapshot: state}.Encode())
}
