package compute

// Dense copies probabilities of causal attention as [Engine.Attention] leaves them to into (Batch, Heads, Seq, Seq):
// row a query, column a key.
func (s AttnShape) Dense(into, probs []float32) {
	for b := range s.Batch {
		for h := range s.Heads {
			head := into[(b*s.Heads+h)*s.Seq*s.Seq:][:s.Seq*s.Seq]
			for from := 0; from < s.Seq; from += attnBlock {
				block := s.block(probs, b, h, from)
				for q := range block.Cols {
					row := head[(from+q)*s.Seq:][:s.Seq]
					for k := range row {
						row[k] = 0
						if k < block.Rows {
							row[k] = block.Data[k*block.Stride+q]
						}
					}
				}
			}
		}
	}
}
