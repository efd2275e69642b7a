package desktop

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// A record is looked at like a run that has ended; what is no run of this window stays when it would begin anew.
func TestARecordIsOpenedAndNothingTrains(t *testing.T) {
	doc := trial.Valid(trial.Of(model.Inner, 12, 5, "sparkling"))
	r := record.New(doc)
	for i := range 13 {
		r.Tracks[0] = append(r.Tracks[0], record.ArmFrame{Step: i})
	}
	shown := openWith(t, Options{Experiment: doc, Record: r, Scale: 1,
		Fits: func(experiment.Experiment) error { return errors.New("it does not train here") }}, 1200, 800)
	s := shown.settled()
	assert.True(t, s.Done)
	assert.Equal(t, 12, r.Last())
	assert.True(t, shown.reads("its experiment does not run here"))
	shown.click("Reset")
	assert.Same(t, r, shown.session.Record())
	assert.Equal(t, "it does not train here.", shown.panel.said)
	shown.click("Run them")
	assert.Equal(t, "it does not train here.", shown.unsown)
	assert.False(t, shown.sown.Playing())
}

// The panel says that a record is shown until something else is.
func TestThePanelSaysThatARecordIsShown(t *testing.T) {
	doc := trial.Valid(trial.Of(model.Inner, 12, 5, "sparkling"))
	r := record.New(doc)
	for i := range 13 {
		r.Tracks[0] = append(r.Tracks[0], record.ArmFrame{Step: i})
	}
	w := openWith(t, Options{Experiment: doc, Record: r, Scale: 1,
		Fits: func(experiment.Experiment) error { return nil }}, 1200, 800)
	w.settled()
	assert.True(t, w.reads("Reset runs its experiment anew"))
	w.click("Reset")
	assert.NotSame(t, r, w.session.Record())
	w.frame()
	assert.False(t, w.reads("Reset runs its experiment anew"))
}
