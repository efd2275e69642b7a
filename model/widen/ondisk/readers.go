package ondisk

import (
	"context"

	"github.com/sparkling-lab/sparkling/model/checkpoint/torch"
)

// readers are tensors of an optimizer's file that are read matrix by matrix. Each is read in one go as far as it can,
// and to its end, where the archive's checksum is compared: what lies between the matrices that one parameter takes is
// read too.
type readers struct {
	file *torch.File
	open map[*torch.Tensor]*reading
}

// reading is a tensor that is read, up to a matrix.
type reading struct {
	*torch.Reader
	next int
}

// matrix reads a matrix of a tensor whose matrices all have that many elements.
func (s readers) matrix(ctx context.Context, dst []float32, p piece) error {
	r := s.open[p.old]
	if r != nil && r.next > p.i {
		r.Close()
		r = nil
	}
	if r == nil {
		from, err := s.file.Reader(p.old)
		if err != nil {
			return err
		}
		r = &reading{Reader: from}
		s.open[p.old] = r
	}
	for ; r.next <= p.i; r.next++ {
		if err := r.Floats(ctx, dst); err != nil {
			return err
		}
	}
	if r.next*len(dst) == p.old.Len() {
		r.Close()
		delete(s.open, p.old)
	}
	return nil
}

func (s readers) close() {
	for _, r := range s.open {
		r.Close()
	}
}
