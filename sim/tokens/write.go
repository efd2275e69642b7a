package tokens

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/durable"
)

// Bounds of the tokens of a shard. One that would be shorter than the least is made one with the last before it, so
// that every shard has room for a row.
const (
	MinShard = 8192
	MaxShard = math.MaxInt32 - MinShard
)

// Writer writes tokens into shards, NAME_000000.bin and so on, in a folder that [durable.Tree] gave out.
type Writer struct {
	dir, name string
	format    Format
	per       int64

	files []string      // that are whole
	part  *durable.File // that is being written, without its header
	count int64         // tokens in it
	held  []byte        // tokens beyond a full shard, until they are enough for one of their own
	buf   [2]byte
}

// NewWriter begins with the first shard. All have per tokens but the last, which may have up to [MinShard] more.
func NewWriter(dir, name string, format Format, per int64) (*Writer, error) {
	if per < MinShard || per > MaxShard {
		return nil, fmt.Errorf("a shard of %d tokens is asked for; allowed are %d to %d", per, MinShard, MaxShard)
	}
	w := &Writer{dir: dir, name: name, format: format, per: per}
	return w, w.begin()
}

// begin begins the next shard.
func (w *Writer) begin() (err error) {
	w.part, err = durable.Create(filepath.Join(w.dir, w.name+".part"))
	w.count = 0
	return err
}

// Write appends tokens.
func (w *Writer) Write(ids []uint16) error {
	for _, id := range ids {
		binary.LittleEndian.PutUint16(w.buf[:], id)
		if w.count < w.per {
			w.count++
			if _, err := w.part.Write(w.buf[:]); err != nil {
				return err
			}
			continue
		}
		if w.held = append(w.held, w.buf[:]...); len(w.held) == MinShard*tokenBytes {
			if err := w.next(); err != nil {
				return err
			}
		}
	}
	return nil
}

// next ends a full shard, and begins another with what was held.
func (w *Writer) next() error {
	if err := w.end(); err != nil {
		return err
	}
	if err := w.begin(); err != nil {
		return err
	}
	return w.release()
}

// release puts what was held into the present shard.
func (w *Writer) release() error {
	_, err := w.part.Write(w.held)
	w.count += int64(len(w.held) / tokenBytes)
	w.held = w.held[:0]
	return err
}

// end ends the present shard. Only now it is known how many tokens it has, which a header says first.
func (w *Writer) end() error {
	if err := w.part.Close(); err != nil {
		return err
	}
	from, name := w.part.Name(), fmt.Sprintf("%s_%06d.bin", w.name, len(w.files))
	to := filepath.Join(w.dir, name)
	w.part = nil
	w.files = append(w.files, name)
	if w.format == NanoGPT {
		return durable.Rename(from, to)
	}
	head, err := w.format.header(w.count)
	if err != nil {
		return err
	}
	if err := copied(to, from, head); err != nil {
		return err
	}
	return durable.Remove(from)
}

// copied makes a file of a header and what another holds.
func copied(to, from string, head []byte) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	return durable.WriteFile(to, func(out io.Writer) error {
		if _, err := out.Write(head); err != nil {
			return err
		}
		_, err := io.Copy(out, in)
		return err
	})
}

// Close ends the last shard. It returns the names of all.
func (w *Writer) Close() ([]string, error) {
	if err := w.release(); err != nil {
		return nil, err
	}
	err := w.end()
	return w.files, err
}

// Abandon closes what will not be needed.
func (w *Writer) Abandon() {
	if w.part != nil {
		w.part.Abandon()
		w.part = nil
	}
}
