// Package story tells what is to be seen: lessons, which are data (a JSON file each: chapters of text with places for
// measured numbers, the pictures that each speaks of, a question before an event), and the director that turns their
// chapters at the reader's pace. The page and the window show the same from here.
//
// No number of a result is written down in a lesson: it is measured in the run that is shown, or comes by name from the
// report's. A sentence stands where all of its numbers are there and its conditions hold, and else not at all. The
// package draws nothing, trains nothing and knows no browser.
package story
