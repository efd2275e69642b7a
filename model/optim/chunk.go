package optim

import "github.com/sparkling-lab/sparkling/model"

// chunk is a part of the arena that is updated at once: one segment of equal growth stage, or neighbouring short ones,
// with a learning rate for every element. After a widening the columns of a matrix alternate between old and new, and a
// call for each would cost more than its work.
type chunk struct {
	from, to int
	segments []model.Segment
}

// short is the longest segment that shares its chunk with others, and enough how long a shared one grows.
const (
	short  = 512
	enough = 1024
)

// chunks joins neighbouring short segments. It keeps the slice.
func chunks(segments []model.Segment) []chunk {
	var out []chunk
	open := false // the last chunk takes more
	for i, r := range segments {
		n := len(out)
		small := r.To-r.From <= short
		if open && small && out[n-1].to == r.From {
			out[n-1].segments, out[n-1].to = segments[i-len(out[n-1].segments):i+1], r.To
		} else {
			out = append(out, chunk{r.From, r.To, segments[i : i+1]})
			n++
		}
		open = small && out[n-1].to-out[n-1].from < enough
	}
	return out
}

// rates is the learning rate of the chunk, or those of its elements, in buf, which has room for any chunk.
func (s chunk) rates(buf []float32, byStage []float64) []float32 {
	if len(s.segments) == 1 {
		buf[0] = float32(byStage[s.segments[0].Stage])
		return buf[:1]
	}
	buf = buf[:s.to-s.from]
	for _, r := range s.segments {
		rate, part := float32(byStage[r.Stage]), buf[r.From-s.from:r.To-s.from]
		for i := range part {
			part[i] = rate
		}
	}
	return buf
}
