package sim

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
)

// Network is the network of an arm after Step updates, with its optimizer's states: what a checkpoint holds.
type Network struct {
	Step          int
	Weights, M, V model.Values
}

// AskNetwork asks an arm for its network as it is now; [Session.Network] has it when it has arrived. It errs where the arm is not at work.
func (s *Session) AskNetwork(i int) error {
	if i < 0 || i >= len(s.arms) || s.arms[i].port == nil {
		return errors.New("only an arm that has begun and has not failed has a network")
	}
	s.arms[i].network = nil
	s.arms[i].port.Send(Message{Kind: KindAsk}.Encode())
	return nil
}

// Network is the network that an arm was last asked for, nil until it has arrived.
func (s *Session) Network(i int) *Network { return s.arms[i].network }

// network is a copy of the present one.
func (r *run) network() (*Network, error) {
	s, err := r.learn.State()
	return &Network{Step: r.step, Weights: s.Weights, M: s.M, V: s.V}, err
}

// network visits the shape as JSON, then all values. What is read is allocated only once its shape is known to fit the data.
func (c *coder) network(n **Network) {
	if c.reading {
		*n = &Network{}
	} else if *n == nil {
		c.err = errors.New("there is no network")
		return
	}
	x := *n
	var shape []byte
	if !c.reading {
		shape, c.err = json.Marshal(x.Weights.Table.Config)
	}
	c.integer(&x.Step)
	c.bytes(&shape, maxWords)
	table := x.Weights.Table
	if c.reading && c.err == nil {
		var config model.Config
		if c.err = json.Unmarshal(shape, &config); c.err == nil {
			c.err = config.Validate()
		}
		if c.err != nil {
			return
		}
		table = model.NewTable(config)
		if table.Size < 0 || table.Size > len(c.buf)/12 {
			c.err = errShort
		}
	}
	for _, v := range []*model.Values{&x.Weights, &x.M, &x.V} {
		if c.err != nil {
			return
		}
		if c.reading {
			*v = model.NewValues(table)
		}
		if n := c.length(len(v.Data), 4); c.err == nil && n != table.Size {
			c.err = fmt.Errorf("it has %d parameters, the network %d", n, table.Size)
			return
		}
		for i := range v.Data {
			c.f32(&v.Data[i])
		}
	}
}
