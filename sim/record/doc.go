// Package record is what a run has measured: a [Record] is an experiment with the frames of every arm and the reports
// of its widenings, and everything that is drawn, tabulated or described is read from it. Here too are its file, its
// numbers as CSV, what it says in words, and how an arm is doing.
//
// It measures nothing itself, and never trains.
package record
