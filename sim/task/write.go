package task

import (
	"fmt"
	"slices"
	"strings"
)

// Writes reports whether networks can go on with what a reader begins: where each symbol of the task is a character.
func (s Spec) Writes() bool { return s.Kind == KindText }

// Ids are the symbols of what a reader writes. It errs, in a sentence that names them, where the task lacks some.
func Ids(t Task, text string) ([]int32, error) {
	known := map[string]int32{}
	for id := range int32(t.Vocab()) {
		known[t.Symbol(id)] = id
	}
	var ids []int32
	var lacking []string
	for _, r := range text {
		id, ok := known[string(r)]
		if quoted := fmt.Sprintf("%q", r); !ok && !slices.Contains(lacking, quoted) {
			lacking = append(lacking, quoted)
		}
		ids = append(ids, id)
	}
	if lacking != nil {
		return nil, fmt.Errorf("the text that is learnt has no %s", strings.Join(lacking, ", no "))
	}
	return ids, nil
}

// opening is how many characters Opening has at most.
const opening = 24

// Opening is how the part of a text that is never trained on begins, from its first whole word on: something to go on
// with in any alphabet.
func Opening(t Task) (ids []int32) {
	ids, labels := make([]int32, opening), make([]int32, opening)
	t.Sample(opening, ids, labels)
	blank := slices.IndexFunc(ids, func(id int32) bool { return strings.TrimSpace(t.Symbol(id)) == "" })
	if blank >= 0 && blank < opening/2 {
		return ids[blank+1:]
	}
	return ids
}
