package record

import (
	"github.com/sparkling-lab/sparkling/sim/codec"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// For the tests of this package that look at real runs, from outside.
const Magic, BeforeOptimizers, BeforeSearches = magic, beforeOptimizers, beforeSearches

// Infer sets the state of a pair from the numbers of an old record.
func Infer(p *PairStat) { inferState(p) }

// EncodeAs is a record as a program wrote it that knew no later version.
func EncodeAs(r *Record, version int) []byte {
	c := &codec.Coder{Buf: []byte(magic), Version: version}
	doc := r.Experiment.JSON()
	c.Int(&version)
	c.Bytes(&doc, experiment.MaxDocument)
	codec.List(c, &r.Tracks, 4, experiment.MaxArms, func(t *[]ArmFrame) { CodeFrames(c, t) })
	codec.List(c, &r.Reports, 68, experiment.MaxSteps, func(p *Report) { p.Code(c) })
	return c.Buf
}
