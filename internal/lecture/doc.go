// Package lecture has the numbers that slides, handout and lecturer's page tell, so that none is typed by hand: a slot
// in their text names one, and it is taken from the report's runs, from the document of an experiment, from the count
// of what a widening costs, or from one named run whose numbers are kept here. It has the works that a text cites too,
// and the figures of the slides, drawn of the same data; its tests hold the texts to the paper’s numbers.
//
// It trains nothing, makes no page and has no sentence: what is said stands in the texts, how a page looks elsewhere.
package lecture
