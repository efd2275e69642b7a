package cuda

import (
	"slices"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// blockRows is how many rows a block of block_squares sums.
const blockRows = 16

// blockParts is how many parts the norms of a tensor's blocks have, at most.
func blockParts(t *model.Table, g model.Growth) (n int) {
	for _, x := range t.Tensors {
		n = max(n, g.Stages()*partsOf(x.Experts*x.Rows.Size, blockRows))
	}
	return n
}

// blockRates is [learner.Learner.BlockRates].
func (o *optimizer) blockRates(into, byStage []float64, adapted []bool) (float64, error) {
	if o.blocks == nil {
		o.blocks = optim.NewBlockRates(o.growth, o.values.table, slices.Clone(adapted))
	}
	stages := o.growth.Stages()
	for _, x := range o.values.table.Tensors {
		if !o.blocks.Needs(x.Index) {
			continue
		}
		rows := x.Experts * x.Rows.Size
		parts := partsOf(rows, blockRows)
		args := o.dev.Args().Buf(o.parts, o.values.whole(model.Weight, x.Index), o.ages[x.Rows.Axis],
			o.ages[x.Cols.Axis]).Int(rows, x.Rows.Size, x.Cols.Size)
		o.launch("block_squares", driver.Grid{parts, stages, 1}, 256, 0, args)
		o.launch("add_up", driver.Grid{stages, 1, 1}, 256, 0,
			o.dev.Args().Buf(o.sums.From(x.Index*stages), o.parts).Int(parts))
	}
	squares := make([]float64, len(o.values.table.Tensors)*stages)
	if err := driver.Get(o.dev, squares, o.sums); err != nil {
		return 0, err
	}
	o.blocks.FillFrom(into, byStage, squares)
	return o.blocks.Mean, nil
}
