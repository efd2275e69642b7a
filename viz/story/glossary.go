package story

import (
	_ "embed"
	"sync"
)

// Entry explains a word of the stories in a sentence or two.
type Entry struct {
	Term  string `json:"term"`
	Means string `json:"means"`
}

//go:embed glossary.json
var glossaryFile []byte

var glossary = sync.OnceValue(func() (out []Entry) {
	if err := strict(glossaryFile, &out); err != nil {
		panic(err) // a file of this package is wrong, which its tests find
	}
	return out
})

// Glossary explains every word that a story marks.
func Glossary() []Entry { return glossary() }

// Term is the entry of a word, empty where there is none.
func Term(word string) Entry {
	for _, e := range glossary() {
		if e.Term == word {
			return e
		}
	}
	return Entry{}
}
