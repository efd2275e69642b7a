package task

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Writes reports whether networks can go on with what a reader begins: where each symbol of the task is a character.
func (s Spec) Writes() bool { return s.Kind == KindText }

// Ids are the symbols of what a reader writes. It errs, in a sentence that names them, where the text lacks some (and
// has the letter in another case), or has some that share a symbol: a network cannot tell them apart.
func Ids(t Task, prompt string) ([]int32, error) {
	text, ok := t.(*Text)
	if !ok {
		return nil, errors.New("only networks that learn a text can write")
	}
	own := text.symbols
	if text.rare != nil {
		own = own[:MaxSymbols-1] // whatever looks like the shared one
	}
	var ids []int32
	var lacking, rare []string
	for _, r := range prompt {
		id, ok := slices.BinarySearch(own, r)
		ids = append(ids, int32(id))
		if ok {
			continue
		}
		of, says := &lacking, lacks(own, r)
		if _, ok = slices.BinarySearch(text.rare, r); ok {
			of, says = &rare, fmt.Sprintf("%q", r)
		}
		if !slices.Contains(*of, says) {
			*of = append(*of, says)
		}
	}
	switch {
	case lacking != nil:
		return nil, fmt.Errorf("the text that is learnt has no %s", strings.Join(lacking, ", no "))
	case rare != nil:
		return nil, fmt.Errorf("%s cannot be written: it is among the rarest characters of the text that is learnt, "+
			"which share one symbol", strings.Join(rare, " or "))
	}
	return ids, nil
}

// Characters are the symbols of a task by their numbers, where each is one character and none is there twice; else nil.
// shared says that the last stands for all characters of the text that are not among them.
func Characters(t Task) (all []rune, shared bool) {
	for id := range t.Vocab() {
		symbol := []rune(t.Symbol(int32(id)))
		if len(symbol) != 1 || slices.Contains(all, symbol[0]) {
			return nil, false
		}
		all = append(all, symbol[0])
	}
	text, ok := t.(*Text)
	return all, ok && text.rare != nil
}

// lacks names a character that is not among symbols, and the same letter in another case, which is.
func lacks(own []rune, r rune) string {
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		if _, ok := slices.BinarySearch(own, other); ok {
			return fmt.Sprintf("%q (it has %q)", r, other)
		}
	}
	return fmt.Sprintf("%q", r)
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
