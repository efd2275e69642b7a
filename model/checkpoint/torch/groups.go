package torch

import (
	"errors"
	"fmt"
	"slices"
)

// group is one of param_groups.
type group struct {
	params, names *List // names: nil where the file has none
}

// The keys of an optimizer's state_dict.
const stateKey, groupsKey, paramsKey, namesKey = "state", "param_groups", "params", "param_names"

// unnamed says why a file without names is not read.
const unnamed = "it numbers its parameters and does not name them, and experts have one shape, so that a wrong order " +
	"could not be seen: give their names in its order with --names FILE, a JSON list of texts"

// grouped reads {"state": {...}, "param_groups": [...]}.
func (s *States) grouped(names []string) error {
	list := s.root.List(groupsKey)
	if list == nil {
		return fmt.Errorf("it has no list %s beside %s", groupsKey, stateKey)
	}
	used := map[any]bool{}
	for i, x := range list.Items {
		d, _ := x.(*Dict)
		if d == nil || d.List(paramsKey) == nil {
			return fmt.Errorf("%s[%d] has no list of %s", groupsKey, i, paramsKey)
		}
		g := group{d.List(paramsKey), d.List(namesKey)}
		if g.names != nil && len(g.names.Items) != len(g.params.Items) {
			return fmt.Errorf("%s[%d] has %d %s and %d %s", groupsKey, i, len(g.params.Items), paramsKey,
				len(g.names.Items), namesKey)
		}
		s.groups = append(s.groups, g)
		for k, key := range g.params.Items {
			if used[hashable(key)] {
				return fmt.Errorf("%s[%d] has the parameter %s a second time", groupsKey, i, describe(key))
			}
			used[hashable(key)] = true
			p := &Param{key: key, State: s.state.Dict(key)}
			if p.State == nil && s.state.Get(key) != nil {
				return fmt.Errorf("the state of %s is %s", describe(key), describe(s.state.Get(key)))
			}
			if g.names != nil {
				p.Name, _ = g.names.Items[k].(string)
			}
			s.Params = append(s.Params, p)
		}
	}
	for _, key := range s.state.Keys {
		if !used[key] {
			return fmt.Errorf("there is a state of %s, which no group has", describe(key))
		}
	}
	return s.nameAll(names)
}

// hashable is a key that a map can have; what is none equals the others of its kind, and is refused as twice there or
// by its type.
func hashable(key any) any {
	switch key.(type) {
	case int64, string:
		return key
	}
	return nil
}

// nameAll gives every parameter its name: its key, that of its group, or that of the list.
func (s *States) nameAll(names []string) error {
	numbers, own := 0, 0
	for _, p := range s.Params {
		if _, is := p.key.(int64); is {
			numbers++
		} else if _, is := p.key.(string); !is {
			return fmt.Errorf("a parameter is called %s", describe(p.key))
		}
		if p.Name != "" {
			own++
		}
	}
	switch s.byName = numbers == 0; {
	case s.byName:
		for _, p := range s.Params {
			p.Name = p.key.(string)
		}
	case numbers < len(s.Params):
		return errors.New("some of its parameters are numbered and some named")
	case own == len(s.Params) && len(names) == 0:
	case len(names) == 0:
		return errors.New(unnamed)
	case len(names) != len(s.Params):
		return fmt.Errorf("it has %d parameters, and there are %d names", len(s.Params), len(names))
	default:
		for i, p := range s.Params {
			if p.Name != "" && p.Name != names[i] {
				return fmt.Errorf("its parameter %d is %s, and --names calls it %s", i, short(p.Name), short(names[i]))
			}
			p.Name = names[i]
		}
	}
	seen := map[string]bool{}
	for _, p := range s.Params {
		if seen[p.Name] {
			return fmt.Errorf("two parameters are called %s", short(p.Name))
		}
		seen[p.Name] = true
	}
	return nil
}

// Groups are the parameters of the file, group by group; those of a file without groups are one.
func (s *States) Groups() (all [][]*Param) {
	if s.root == nil {
		return [][]*Param{s.Params}
	}
	at := 0
	for _, g := range s.groups {
		n := len(g.params.Items)
		all = append(all, s.Params[at:at+n:at+n])
		at += n
	}
	return all
}

// Arrange gives the file other parameters, as many groups of them as [States.Groups] gives. Those that are numbered are
// numbered anew, in their new order: there an optimizer of the new network expects them.
func (s *States) Arrange(groups [][]*Param) {
	states := NewDict()
	states.Ordered = s.state.Ordered
	s.Params = slices.Concat(groups...)
	for i, p := range s.Params {
		p.key = p.Name
		if !s.byName {
			p.key = int64(i)
		}
		if p.State != nil {
			states.Set(p.key, p.State)
		}
	}
	s.state = states
	if s.root == nil {
		s.File.Root = states
		return
	}
	s.root.Set(stateKey, states)
	for k, g := range s.groups {
		g.params.Items = nil
		for _, p := range groups[k] {
			g.params.Items = append(g.params.Items, p.key)
		}
		if g.names == nil {
			continue
		}
		g.names.Items = nil
		for _, p := range groups[k] {
			g.names.Items = append(g.names.Items, any(p.Name))
		}
	}
}
