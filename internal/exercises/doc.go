// Package exercises holds docs/exercises.md to what happens: it makes the change of each exercise in a copy of the
// file, runs the test that the exercise names, and looks for the sentence that the exercise promises. It has tests
// only, and changes no file of the project.
package exercises
