// Package experiment is the document that says everything about a run: task, seed, steps, network, optimizer, and the
// arms with what each does at its widenings. The page's link, a lesson, the desktop's controls and the command line's
// file are all an [Experiment]. Beside it stand the named treatments, the experiments that the program brings along,
// the controls that change one, and what follows from a document alone: what each arm costs, when it ends and how much
// memory it takes.
//
// It never trains, and knows nothing of what a run measured.
package experiment
