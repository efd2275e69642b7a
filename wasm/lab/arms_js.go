package main

// addArm adds an arm to what is edited.
func (l *lab) addArm(addition string) error {
	return l.draft.Add(addition)
}

// callArm gives an arm a name, in what is edited and in what runs.
func (l *lab) callArm(arm int, name string) error {
	err := l.draft.Call(l.session, arm, name)
	l.chosen = choice{} // the experiment may be no example any more
	l.view.Renew()
	return err
}
