package story

import (
	"strings"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// linked begins the fragment of an address that holds a lesson.
const linked = "lesson="

// Linked are the lesson and the chapter that the fragment of an address holds, as in lesson=lock/apart; the chapter is
// empty where it holds none. It reports false where it holds no lesson, and knows not whether there is such a one.
func Linked(fragment string) (lesson, chapter string, ok bool) {
	rest, ok := strings.CutPrefix(experiment.Unglued(fragment), linked)
	if !ok {
		return "", "", false
	}
	lesson, chapter, _ = strings.Cut(strings.ToLower(rest), "/")
	return lesson, chapter, true
}

// Fragment is what Linked reads.
func Fragment(lesson, chapter string) string {
	if chapter != "" {
		lesson += "/" + chapter
	}
	return linked + lesson
}
