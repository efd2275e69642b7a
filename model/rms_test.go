package model_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/model"
)

func TestMeanRMSRatioIsThatOfTheBlocksOrNoNumber(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	before := []model.BlockRMS{{In: 1, Out: 2}, {In: 2, Out: 1}}
	assert.Equal(t, 1.25, model.MeanRMSRatio(before))
	after := []model.BlockRMS{{In: 2, Out: 3}, {In: 2, Out: 2}}
	assert.Equal(t, 1.25, model.MeanRMSRatio(after), "the mean alone may hide that blocks moved")
	assert.Equal(t, 1.0, model.LargestRMSChange(before, after))
	assert.Zero(t, model.LargestRMSChange(before, before))
	assert.True(t, math.IsNaN(model.MeanRMSRatio(nil)))
	assert.True(t, math.IsNaN(model.LargestRMSChange(nil, nil)))
	for _, lost := range []model.BlockRMS{{In: 0, Out: 1}, {In: 0, Out: 0}, {In: 1, Out: nan}, {In: nan, Out: 1},
		{In: 1, Out: inf}} {
		with := []model.BlockRMS{{In: 1, Out: 2}, lost}
		assert.True(t, math.IsNaN(model.MeanRMSRatio(with)), "%v", lost)
		assert.True(t, math.IsNaN(model.LargestRMSChange(before, with)), "%v", lost)
		assert.True(t, math.IsNaN(model.LargestRMSChange(with, before)), "%v", lost)
	}
}
