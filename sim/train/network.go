package train

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/codec"
)

// Network is the network of an arm after Step updates, with its optimizer's states: what a checkpoint holds.
type Network struct {
	Step          int
	Weights, M, V model.Values
}

// network is a copy of the present one.
func (r *Arm) network() (*Network, error) {
	s, err := r.learn.State()
	return &Network{Step: r.step, Weights: s.Weights, M: s.M, V: s.V}, err
}

// codeNetwork visits the shape as JSON, then all values. What is read is allocated only once its shape is known to fit
// the data.
func codeNetwork(c *codec.Coder, n **Network) {
	if c.Reading {
		*n = &Network{}
	} else if *n == nil {
		c.Err = errors.New("there is no network")
		return
	}
	x := *n
	var shape []byte
	if !c.Reading {
		shape, c.Err = json.Marshal(x.Weights.Table.Config)
	}
	c.Int(&x.Step)
	c.Bytes(&shape, codec.MaxText)
	table := x.Weights.Table
	if c.Reading && c.Err == nil {
		var config model.Config
		if c.Err = json.Unmarshal(shape, &config); c.Err == nil {
			c.Err = config.Validate()
		}
		if c.Err != nil {
			return
		}
		table = model.NewTable(config)
		if table.Size < 0 || table.Size > len(c.Buf)/12 {
			c.Err = codec.ErrShort
		}
	}
	for _, v := range []*model.Values{&x.Weights, &x.M, &x.V} {
		if c.Err != nil {
			return
		}
		if c.Reading {
			*v = model.NewValues(table)
		}
		if n := c.Length(len(v.Data), 4); c.Err == nil && n != table.Size {
			c.Err = fmt.Errorf("it has %d parameters, the network %d", n, table.Size)
			return
		}
		for i := range v.Data {
			c.F32(&v.Data[i])
		}
	}
}
