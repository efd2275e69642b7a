package model_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/model"
)

// The load-balancing loss is E·Σ f·P, 1 where the router treats all experts alike, and with logits of zero the z-loss
// is log(E)². That both are right elsewhere too, and their gradients, the fixtures and finite differences show.
func TestLoadBalancingLossIsOneWhenBalanced(t *testing.T) {
	c := headed
	for _, eng := range engines() {
		w := model.Init(c, 3)
		for l := range c.Layers {
			clear(w.Tensor(w.Table.Find(model.Route, l)))
		}
		net := model.NewNet(eng, w, 2, 7)
		ids, labels := tokens(14, c.Vocab)
		net.Forward(ids)
		loss := net.Loss(labels)
		if !(math.Abs(loss.Aux-1) <= 1e-6) {
			t.Fatalf("A router that treats all %d experts alike has a load-balancing loss of %.4g and not of 1: it "+
				"is E·Σ f·P, with f an expert's fraction of the assignments and P its mean probability.",
				c.Experts, loss.Aux)
		}
		assert.InDelta(t, math.Pow(math.Log(float64(c.Experts)), 2), loss.ZLoss, 1e-5)
	}
}
