package optim

import "github.com/sparkling-lab/sparkling/model"

// stretch is a part of the arena that is updated at once: one run of equal age, or neighbouring short ones, with a
// learning rate for every element. After a widening the columns of a matrix alternate between old and new, and a call
// for each would cost more than its work.
type stretch struct {
	from, to int
	runs     []model.Run
}

// short is the longest run that shares its stretch with others, and enough how long a shared one grows.
const (
	short  = 512
	enough = 1024
)

// stretches joins neighbouring short runs.
func stretches(runs []model.Run) []stretch {
	var out []stretch
	open := false // the last stretch takes more
	for _, r := range runs {
		n := len(out)
		small := r.To-r.From <= short
		if open && small && out[n-1].to == r.From {
			out[n-1].runs, out[n-1].to = append(out[n-1].runs, r), r.To
		} else {
			out = append(out, stretch{r.From, r.To, []model.Run{r}})
			n++
		}
		open = small && out[n-1].to-out[n-1].from < enough
	}
	return out
}

// rates is the learning rate of the stretch, or those of its elements, in buf, which has room for any stretch.
func (s stretch) rates(buf []float32, byAge []float64) []float32 {
	if len(s.runs) == 1 {
		buf[0] = float32(byAge[s.runs[0].Age])
		return buf[:1]
	}
	buf = buf[:s.to-s.from]
	for _, r := range s.runs {
		rate, part := float32(byAge[r.Age]), buf[r.From-s.from:r.To-s.from]
		for i := range part {
			part[i] = rate
		}
	}
	return buf
}
