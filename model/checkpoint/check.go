package checkpoint

import (
	"errors"
	"fmt"
	"maps"
	"slices"

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
	stored := s.Names.Stored(t)
	for _, f := range s.Files {
		for _, e := range f.Entries {
			tensor, ok := stored[e.Name]
			if !ok && (e.Len() == 0 || frequencies.MatchString(e.Name)) || tensor.Redundant && e.Len() == 0 {
				continue
			}
			if !ok {
				return fmt.Errorf("%s holds tensor %s, %s", f.Name, brief(e.Name), stranger(e, maps.Keys(stored)))
			}
			if wrong := tensor.wrong(e); wrong != "" {
				return fmt.Errorf("tensor %s in %s %s", e.Name, f.Name, wrong)
			}
		}
	}
	return nil
}

// missing errs unless every matrix of the table is there, under a name of its own or stacked with others.
func (s *Set) missing(t *model.Table, there map[string]bool) error {
	for _, x := range t.Tensors {
		other := s.others(x)
		if slices.ContainsFunc(other, func(name string) bool { return there[name] }) {
			continue
		}
		for e := range x.Experts {
			name := s.Names.Name(x.Part, x.Layer, e)
			if there[name] {
				continue
			}
			text := fmt.Sprintf("tensor %s is missing in %s", name, s.Name+suffix)
			if x.Part == model.Head {
				text += fmt.Sprintf(", and %s does not say that tie_word_embeddings is true", ConfigName)
			} else if x.Stacked() && len(other) > 0 {
				text += fmt.Sprintf(", and no %s holds it", other[0])
			}
			return errors.New(text)
		}
	}
	return nil
}

// others are the names of stacks that hold a tensor's matrices, and those of a router beside them.
func (s *Set) others(x model.Tensor) (names []string) {
	if !x.Stacked() && x.Part != model.Route {
		return nil
	}
	for _, g := range s.Names.family.stackings {
		if x.Part == model.Route {
			names = append(names, s.Names.layerName(x.Layer, g.router))
		}
		for _, stack := range g.stacks {
			if slices.Contains(stack.parts, x.Part) {
				names = append(names, s.Names.layerName(x.Layer, stack.name))
			}
		}
	}
	return names
}
