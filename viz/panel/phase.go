package panel

import (
	"strconv"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Phase says which chapter of the story the shown step belongs to.
type Phase string

// The chapters: the small network learns; its halves are freshly linked, arm by arm; they come apart; the run is over.
const (
	Learning Phase = "learning"
	Widened  Phase = "widened"
	Apart    Phase = "apart"
	End      Phase = "end"
)

// ApartAfter is how many steps after the first widening of the last arm the story turns from what was done to what
// comes of it.
const ApartAfter = 40

func phase(e experiment.Experiment, step int, forked bool) Phase {
	fork, all := e.Fork(), 0
	for _, a := range e.Arms {
		if a.Widens() {
			all = max(all, a.Widen[0].Step)
		}
	}
	switch {
	case step >= e.Steps:
		return End
	case step < fork || !forked:
		return Learning
	case step < all+ApartAfter:
		return Widened
	}
	return Apart
}

// Role says what an arm's treatment stands for in the story.
type Role string

// The roles that the story knows by name.
const (
	Small      Role = "small"
	Drop       Role = "drop"
	Copy       Role = "copy"
	Asymmetric Role = "asymmetric"
	Sparkling  Role = "sparkling"
	Other      Role = "other"
)

// RoleOf looks at what the arm does; its name does not matter.
func RoleOf(a experiment.Arm) Role {
	t, ok := experiment.TreatmentOf(a)
	if !ok || a.Widens() && a.Widen[0].Init != "copy-copy" {
		return Other
	}
	switch role := Role(t.ID); role {
	case Small, Drop, Copy, Asymmetric, Sparkling:
		return role
	}
	return Other
}

// factor is the widening factor of the first arm that is widened; empty where none is.
func factor(e experiment.Experiment) string {
	for _, a := range e.Arms {
		if a.Widens() {
			return strconv.FormatFloat(a.Widen[0].Factor, 'g', -1, 64)
		}
	}
	return ""
}
