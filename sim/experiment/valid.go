package experiment

// Valid is a document that was found valid, which is what a program can run. [Parse] and [Experiment.Validate] make it,
// as do those who read an address by them, and nothing changes it: what takes one need not validate again. The zero
// value has no arms, and nothing runs of it.
type Valid struct{ e Experiment }

// Validate says which field is wrong and what is allowed. A vocabulary of 0 is the task's own.
func (e Experiment) Validate() (Valid, error) {
	if err := e.check(); err != nil {
		return Valid{}, err
	}
	return Valid{e.Clone()}, nil
}

// Experiment is a copy of the document, which may be changed.
func (v Valid) Experiment() Experiment { return v.e.Clone() }
