package report

// explain says what agrees with the paper, what disagrees, and what the runs say about why.
func (f Findings) explain(*document) {}
