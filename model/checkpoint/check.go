package checkpoint

import (
	"errors"
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
)

// check requires that the set holds every matrix of the table, under a name of the family, in its shape and in a type
// that is read here. What it holds besides must change nothing: [Folder.redundant] looks at that.
func (s *Set) check(t *model.Table) error {
	there, elements := map[string]bool{}, 0
	for _, f := range s.Files {
		for _, e := range f.Entries {
			there[e.Name] = true
			elements += e.Len()
		}
	}
	if elements < t.Size/2 { // a few words of config.json must not make a table of a million names
		return s.missing(t, there)
	}
	if err := s.fits(t); err != nil {
		return err
	}
	return s.missing(t, there)
}

// fits errs where the set holds what is none of the network's, or has another shape or type.
func (s *Set) fits(t *model.Table) error {
	stored := StoredTensors(t)
	for _, f := range s.Files {
		for _, e := range f.Entries {
			tensor, ok := stored[e.Name]
			if !ok && (e.Len() == 0 || frequencies.MatchString(e.Name)) || tensor.Redundant && e.Len() == 0 {
				continue
			}
			if !ok {
				return fmt.Errorf("%s holds tensor %s, %s", f.Name, brief(e.Name), stranger(e, stored))
			}
			if wrong := tensor.wrong(e); wrong != "" {
				return fmt.Errorf("tensor %s in %s %s", e.Name, f.Name, wrong)
			}
		}
	}
	return nil
}

// missing errs unless every matrix of the table is there, under its own name or stacked with others.
func (s *Set) missing(t *model.Table, there map[string]bool) error {
	for _, x := range t.Tensors {
		stack := ""
		switch {
		case x.Part == model.Down:
			stack = fmt.Sprintf(downName, x.Layer)
		case x.Stacked():
			stack = fmt.Sprintf(gateUpName, x.Layer)
		}
		for e := range x.Experts {
			name := x.Name(e)
			if there[name] || there[stack] {
				continue
			}
			text := fmt.Sprintf("tensor %s is missing in %s", name, s.Name+suffix)
			if x.Part == model.Head {
				text += fmt.Sprintf(", and %s does not say that tie_word_embeddings is true", ConfigName)
			} else if stack != "" {
				text += fmt.Sprintf(", and no %s holds it", stack)
			}
			return errors.New(text)
		}
	}
	return nil
}
