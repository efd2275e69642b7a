// Package soak holds the checks that take too long for every change: whole runs of the built program, minutes each,
// that are killed, go on, and must have lost nothing. `make soak` runs them. It holds nothing but tests, and no test of
// it asserts a time or a speed.
package soak
