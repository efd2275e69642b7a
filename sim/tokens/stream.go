package tokens

import (
	"encoding/binary"
	"fmt"
	"sync"
)

// stream is several shards, one after another. No window crosses from one into the next: what ends a file and what
// begins the next need not have followed each other.
type stream struct {
	symbols int
	shards  []*shard
	buffers sync.Pool // of *[]byte, for windows: any number of arms may read at once
}

// fits errs where a shard is too short for a row of seq tokens and the one after it.
func (s *stream) fits(seq int) error {
	for _, f := range s.shards {
		if f.tokens < int64(seq)+1 {
			return fmt.Errorf("the token file %s has %d tokens; rows of %d need at least %d", f.path, f.tokens, seq,
				seq+1)
		}
	}
	return nil
}

// tokens are those of all shards.
func (s *stream) tokens() (sum int64) {
	for _, f := range s.shards {
		sum += f.tokens
	}
	return sum
}

// places is where a window can begin, of all shards.
func (s *stream) places(seq int) (sum int64) {
	for _, f := range s.shards {
		sum += f.tokens - int64(seq)
	}
	return sum
}

// apart is how many windows there are that do not overlap: in each shard from its first token on.
func (s *stream) apart(seq int) (sum int64) {
	for _, f := range s.shards {
		sum += (f.tokens - 1) / int64(seq)
	}
	return sum
}

// place reads the window that begins at one of [stream.places].
func (s *stream) place(n int64, ids, labels []int32) error {
	for _, f := range s.shards {
		here := f.tokens - int64(len(ids))
		if n < here {
			return s.window(f, n, ids, labels)
		}
		n -= here
	}
	panic("tokens: a place beyond the last")
}

// part reads one of the windows that are [stream.apart].
func (s *stream) part(n int64, ids, labels []int32) error {
	seq := int64(len(ids))
	for _, f := range s.shards {
		here := (f.tokens - 1) / seq
		if n < here {
			return s.window(f, n*seq, ids, labels)
		}
		n -= here
	}
	panic("tokens: a part beyond the last")
}

// window fills ids with the tokens of a shard from one on, and labels with the token after each. Where that fails both
// are 0.
func (s *stream) window(f *shard, at int64, ids, labels []int32) error {
	buf := s.buffer((len(ids) + 1) * tokenBytes)
	defer s.buffers.Put(buf)
	data := *buf
	err := f.read(at, data)
	if err == nil {
		if i := above(data, s.symbols); i >= 0 { // somebody has written into the file since
			err = f.foreign(at+int64(i), binary.LittleEndian.Uint16(data[i*tokenBytes:]), s.symbols)
		}
	}
	if err != nil {
		clear(ids)
		clear(labels)
		return err
	}
	next := int32(binary.LittleEndian.Uint16(data))
	for i := range ids {
		ids[i] = next
		next = int32(binary.LittleEndian.Uint16(data[(i+1)*tokenBytes:]))
		labels[i] = next
	}
	return nil
}

// buffer is one of n bytes that nobody else uses.
func (s *stream) buffer(n int) *[]byte {
	buf, ok := s.buffers.Get().(*[]byte)
	if !ok || cap(*buf) < n {
		b := make([]byte, n)
		return &b
	}
	*buf = (*buf)[:n]
	return buf
}
