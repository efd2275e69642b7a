package train

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// A network in a message is read where its shape fits what follows, and allocates nothing before.
func TestNetworkOfAMessageIsChecked(t *testing.T) {
	e := trial.Short(4)
	r := begun(t, e, 0)
	n, err := r.network()
	require.NoError(t, err)
	data := Message{Kind: KindNetwork, Network: n}.Encode()
	m, err := DecodeMessage(data)
	require.NoError(t, err)
	assert.Equal(t, values(t, r, record.Weight).Data, m.Network.Weights.Data)
	_, err = DecodeMessage(data[:len(data)-4])
	assert.Error(t, err)
	big := n
	c := e.Model
	c.Vocab, c.Layers, c.Hidden = 1<<20, model.MaxLayers, model.MaxWidth
	big.Weights.Table = &model.Table{Config: c}
	_, err = DecodeMessage(Message{Kind: KindNetwork, Network: big}.Encode())
	assert.ErrorContains(t, err, "ends too early")
}
