package site

import (
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz/story"
)

// lessons is the list of lessons, as the Lab has them, and of all experiments.
func (s *Site) lessons() (sheet, error) {
	body, err := part("lessons", struct {
		Lessons     []*story.Lesson
		Experiments []experiment.Builtin
	}{story.Lessons(), experiment.Builtins()})
	return sheet{Path: "lessons/index.html", Title: "Lessons", Tab: "lessons/", Body: body,
		About: "Lessons of five to ten minutes, each with a run in front of you."}, err
}
