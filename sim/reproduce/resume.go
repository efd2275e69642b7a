package reproduce

import (
	"bytes"
	"path/filepath"
	"time"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/session"
)

// every is how often the state of a run that is under way is kept.
const every = 20 * time.Second

// statePaths are those of the state of a run, beside the places of its results, that of the present version first.
func (s Store) statePaths(e experiment.Experiment) (all []string) {
	for _, stem := range stems(e) {
		all = append(all, filepath.Join(s.Dir, stem+s.Arithmetic+".state"))
	}
	return all
}

// begin is the session of a run, where an earlier one was left if there is a whole state of it.
func (s Store) begin(e experiment.Experiment, h session.Host) (*session.Session, error) {
	for _, path := range s.statePaths(e) {
		if f, err := input.Regular(path); err == nil && s.Dir != "" {
			defer f.Close()
			st, err := session.DecodeState(f)
			if err == nil && bytes.Equal(st.Record.Experiment.JSON(), e.JSON()) {
				return session.Resume(st, h)
			}
		}
	}
	doc, err := e.Validate()
	if err != nil {
		return nil, err
	}
	return session.New(doc, h)
}

// keep puts the state of a run into the store; without a folder nothing is kept.
func (s Store) keep(st session.State) error {
	if s.Dir == "" {
		return nil
	}
	path := s.statePaths(st.Record.Experiment)[0]
	if err := durable.MkdirAll(filepath.Dir(path)); err != nil {
		return err
	}
	return durable.WriteFile(path, st.Encode)
}

// forget removes the state of a run whose results are there.
func (s Store) forget(e experiment.Experiment) {
	for _, path := range s.statePaths(e) {
		_ = durable.Remove(path)
	}
}
