package torch

import (
	"errors"
	"fmt"
	"strings"

	"github.com/sparkling-lab/sparkling/model/checkpoint"
)

// Step is the key of the number of updates that a parameter has had.
const Step = "step"

// powers are the tensors of a parameter's state that are read, one number for every element of the parameter, with the
// power of the gradient that each is a mean of. A step counts updates and has power 0. The moments are those of the
// AdamW that Moonshot's Muon has in it.
var powers = map[string]int{Step: 0, "exp_avg": 1, "momentum_buffer": 1, "moment1": 1, "exp_avg_sq": 2,
	"max_exp_avg_sq": 2, "moment2": 2}

// useMuon is the key under which some optimizers keep with a parameter whether Muon or AdamW updates it.
const useMuon = "use_muon"

// States are an optimizer's states as a file holds them: {"state": {0: {...}, ...}, "param_groups": [...]}, as
// optimizer.state_dict() gives it and Hugging Face's Trainer saves it, the same with names in the place of numbers, or
// {name: {...}, ...}.
type States struct {
	File   *File
	Params []*Param // in the file's order
	root   *Dict    // with state and param_groups; nil where the file has names alone
	state  *Dict    // of every parameter that has one
	groups []group
	byName bool
}

// Param is a parameter of the file.
type Param struct {
	Name  string
	State *Dict // "exp_avg" and the like; nil where no gradient has come to it yet
	key   any   // in the file
}

// Read finds the states in a file. names are those of its parameters in its order, group after group, where the file
// has none of its own. An error says what is not read, and why.
func (f *File) Read(names []string) (*States, error) {
	s, err := f.states(names)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path, err)
	}
	return s, nil
}

func (f *File) states(names []string) (*States, error) {
	root, ok := f.Root.(*Dict)
	if !ok {
		return nil, fmt.Errorf("it holds %s, and no optimizer's states", describe(f.Root))
	}
	if err := elsewhere(root); err != nil {
		return nil, err
	}
	s := &States{File: f, state: root, byName: true}
	if state := root.Dict(stateKey); state != nil {
		s.root, s.state = root, state
		if err := s.grouped(names); err != nil {
			return nil, err
		}
	} else if err := s.named(); err != nil {
		return nil, err
	}
	if len(names) > 0 && s.byName {
		return nil, errors.New("it names its parameters itself: --names is for files that number them")
	}
	for _, p := range s.Params {
		if err := p.check(); err != nil {
			return nil, fmt.Errorf("the state of %s: %w", short(p.Name), err)
		}
	}
	return s, nil
}

// letters are those of which a word is put into a command that a message gives.
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

// elsewhere errs where a file holds the states in a place, or in a form, in which they are not read.
func elsewhere(root *Dict) error {
	for _, key := range []string{"ds_version", "ds_config", "zero_stage", "param_slice_mappings"} {
		if root.Get(key) != nil {
			return fmt.Errorf("it is DeepSpeed's, and holds a part of the states. %s", gatherDeepSpeed)
		}
	}
	for _, key := range root.Keys {
		inner := root.Dict(key)
		if inner == nil || inner.Dict(stateKey) == nil && inner.Get("zero_stage") == nil {
			continue
		}
		if inner.Get("zero_stage") != nil {
			return fmt.Errorf("it is DeepSpeed's, and holds a part of the states. %s", gatherDeepSpeed)
		}
		is := fmt.Sprintf("the states lie in it under %s, beside other things; save them alone", describe(key))
		if word, _ := key.(string); word == "" || strings.Trim(word, letters) != "" {
			return errors.New(is) // a shell would take it for something else
		}
		return fmt.Errorf("%s: python3 -c \"import torch; torch.save(torch.load('FILE', map_location='cpu')['%s'], "+
			"'optimizer.pt')\"", is, key)
	}
	return nil
}

// named reads {name: {...}}.
func (s *States) named() error {
	for _, key := range s.state.Keys {
		name, isText := key.(string)
		state := s.state.Dict(key)
		if !isText || state == nil {
			return fmt.Errorf("under %s lies %s; it is neither {\"state\": ..., \"param_groups\": ...} nor the state "+
				"of every parameter under its name", describe(key), describe(s.state.Get(key)))
		}
		s.Params = append(s.Params, &Param{Name: name, State: state, key: key})
	}
	return nil
}

// check errs where a state holds what is not known here: what is not known cannot be widened.
func (p *Param) check() error {
	if strings.Contains(p.Name, "flat_param") {
		return fmt.Errorf("it is a flat part of many parameters. %s", gatherFSDP)
	}
	if p.State == nil {
		return nil
	}
	for _, key := range p.State.Keys {
		name, _ := key.(string)
		power, known := powers[name]
		x := p.State.Get(key)
		if _, is := x.(bool); is && name == useMuon {
			continue
		}
		if !known {
			return fmt.Errorf("it holds %s, which is not known here; known are step, exp_avg, exp_avg_sq, "+
				"max_exp_avg_sq, momentum_buffer, moment1 and moment2, and use_muon, which is true or false",
				describe(key))
		}
		t, isTensor := x.(*Tensor)
		_, isInt := x.(int64)
		_, isFloat := x.(float64)
		switch {
		case power > 0 && isTensor && t.DType.Float():
		case power > 0 && x == nil: // no momentum yet
		case power == 0 && (isInt || isFloat || isTensor && t.Len() == 1):
		default:
			return fmt.Errorf("its %s is %s; read are tensors of %s, %s and %s, and one number for step", name,
				describe(x), checkpoint.F32, checkpoint.BF16, checkpoint.F16)
		}
	}
	return nil
}

// StateTensor is one tensor of a parameter's state.
type StateTensor struct {
	Key   string
	Power int // of the gradient; 0 is a count, which is copied
	*Tensor
}

// Tensors are those of a parameter's state, in the file's order.
func (p *Param) Tensors() (all []StateTensor) {
	if p.State == nil {
		return nil
	}
	for _, key := range p.State.Keys {
		if t, ok := p.State.Get(key).(*Tensor); ok {
			all = append(all, StateTensor{key.(string), powers[key.(string)], t})
		}
	}
	return all
}

// Root is what the file holds, with what was changed and inserted.
func (s *States) Root() any { return s.File.Root }

// Bytes is the size of all tensors.
func (s *States) Bytes() (n int64) {
	for _, p := range s.Params {
		for _, t := range p.Tensors() {
			n += t.Tensor.Bytes()
		}
	}
	return n
}

// Numbered reports whether the file numbers its parameters.
func (s *States) Numbered() bool { return !s.byName }

// Names are those of all parameters, in the file's order.
func (s *States) Names() []string {
	names := make([]string, len(s.Params))
	for i, p := range s.Params {
		names[i] = p.Name
	}
	return names
}
