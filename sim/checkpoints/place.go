package checkpoints

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// place is where on its way a run was: between the updates of a step and the next, and there before the widening that
// is due or after it.
type place struct {
	step  int
	wide  bool // the widening that is due at the step is done
	again int  // number of a further folder of the same place, from 2 on; 0 is the first
}

// place of a position. Its document was checked.
func (p Position) place() place {
	at := place{step: p.Step}
	if p.Widenings > 0 {
		at.wide = stages(p.Experiment)[p.Widenings-1].Step == p.Step
	}
	return at
}

// called is the form of a checkpoint's name.
var called = regexp.MustCompile(`^step-([0-9]{8,15})(-wide)?(?:\.([2-9]|[1-9][0-9]{1,5}))?$`)

// String is the name of the folder.
func (at place) String() string {
	s := fmt.Sprintf("step-%08d", at.step)
	if at.wide {
		s += "-wide"
	}
	if at.again > 0 {
		s += fmt.Sprintf(".%d", at.again)
	}
	return s
}

// placed is the place of a name; ok is false where it is none of a checkpoint.
func placed(name string) (at place, ok bool) {
	m := called.FindStringSubmatch(name)
	if m == nil {
		return at, false
	}
	at.step, _ = strconv.Atoi(m[1]) // digits, and few enough
	at.wide = m[2] != ""
	at.again, _ = strconv.Atoi(m[3]) // or nothing, which is 0
	return at, at.String() == name
}

// compare orders places as a run comes by them.
func (at place) compare(o place) int {
	wide := func(p place) int {
		if p.wide {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(at.step, o.step), cmp.Compare(wide(at), wide(o)), cmp.Compare(at.again, o.again))
}

// places are those of the folders in dir that are called as checkpoints, the newest first.
func places(dir string) (all []place, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if at, ok := placed(e.Name()); ok && e.IsDir() {
			all = append(all, at)
		}
	}
	slices.SortFunc(all, func(a, b place) int { return b.compare(a) })
	return all, err
}

// vacant is a folder for a place that is not there yet: what has the name may be damaged, or somebody else's.
func (k *Keeper) vacant(at place) string {
	for {
		dir := filepath.Join(k.Dir(), at.String())
		if _, err := os.Lstat(dir); err != nil {
			return dir
		}
		at.again = max(at.again+1, 2)
	}
}
