package codec

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// Coder is the one description of a binary format: the same visit of a value writes it (Reading false) or reads it, so
// that the two cannot drift apart. Little-endian; slices carry their length. Reading never goes beyond the data, and
// never allocates more than a small multiple of what was read before: a length is what the data says of itself.
type Coder struct {
	Reading bool
	Version int                         // of what is read or written, 0 for the present one
	Buf     []byte                      // written so far, or left to read
	Pull    func(n int) ([]byte, error) // gives what is read instead, where that is a stream; valid until the next call
	Left    int                         // bytes that a stream may have yet
	Err     error
}

// ErrShort says that there is less than a value needs.
var ErrShort = errors.New("the data ends too early")

// Take is the next n bytes to read, nil at the end.
func (c *Coder) Take(n int) []byte {
	if c.Err != nil {
		return nil
	}
	if c.Pull != nil && n > 0 {
		if c.Left -= n; c.Left < 0 {
			c.Err = errors.New("it is larger than is allowed")
			return nil
		}
		b, err := c.Pull(n)
		c.Err = err
		return b
	}
	if n < 0 || n > len(c.Buf) {
		c.Err = ErrShort
		return nil
	}
	b := c.Buf[:n]
	c.Buf = c.Buf[n:]
	return b
}

// U64 is an unsigned number of 64 bits.
func (c *Coder) U64(v *uint64) {
	if !c.Reading {
		c.Buf = binary.LittleEndian.AppendUint64(c.Buf, *v)
	} else if b := c.Take(8); b != nil {
		*v = binary.LittleEndian.Uint64(b)
	}
}

// U32 is an unsigned number of 32 bits.
func (c *Coder) U32(v *uint32) {
	if !c.Reading {
		c.Buf = binary.LittleEndian.AppendUint32(c.Buf, *v)
	} else if b := c.Take(4); b != nil {
		*v = binary.LittleEndian.Uint32(b)
	}
}

// Int is a signed number of 32 bits.
func (c *Coder) Int(v *int) {
	u := uint32(int32(*v))
	c.U32(&u)
	*v = int(int32(u))
}

// I64 is a signed number of 64 bits.
func (c *Coder) I64(v *int64) {
	u := uint64(*v)
	c.U64(&u)
	*v = int64(u)
}

// Byte is one byte.
func (c *Coder) Byte(v *byte) {
	if !c.Reading {
		c.Buf = append(c.Buf, *v)
	} else if b := c.Take(1); b != nil {
		*v = b[0]
	}
}

// F32 keeps every bit, also of a NaN.
func (c *Coder) F32(v *float32) {
	u := math.Float32bits(*v)
	c.U32(&u)
	*v = math.Float32frombits(u)
}

// F64 keeps every bit, also of a NaN.
func (c *Coder) F64(v *float64) {
	u := math.Float64bits(*v)
	c.U64(&u)
	*v = math.Float64frombits(u)
}

// Length is that of a slice whose elements take at least size bytes each.
func (c *Coder) Length(n, size int) int {
	c.Int(&n)
	if c.Reading && c.Err == nil && (n < 0 || n > max(len(c.Buf), c.Left)/size) {
		c.Err = ErrShort
	}
	if c.Err != nil {
		return 0
	}
	return n
}

// Bytes is a slice of at most so many bytes; what is read is a copy.
func (c *Coder) Bytes(v *[]byte, most int) {
	n := c.Length(len(*v), 1)
	if c.Reading && n > most {
		c.Err = fmt.Errorf("%d bytes at once; at most %d are allowed", n, most)
	}
	if !c.Reading {
		c.Buf = append(c.Buf, *v...)
	} else {
		*v = append([]byte(nil), c.Take(n)...)
	}
}

// MaxText bounds a text in bytes: a name with all that may be said about it.
const MaxText = 64 << 10

// Text is a string of at most [MaxText] bytes.
func (c *Coder) Text(v *string) {
	b := []byte(*v)
	c.Bytes(&b, MaxText)
	*v = string(b)
}

// ahead is for how many elements a list that is read has room before any of them was there.
const ahead = 64

// List visits the elements of a slice, of which there are at most most; an empty one reads back as nil. What is read
// grows with what is there.
func List[T any](c *Coder, v *[]T, size, most int, each func(*T)) {
	n := c.Length(len(*v), size)
	if c.Reading {
		*v = nil
		if n > most && c.Err == nil {
			c.Err = fmt.Errorf("a list of %d; at most %d are allowed", n, most)
		}
		if n > 0 && c.Err == nil {
			*v = make([]T, 0, min(n, ahead))
		}
	}
	for i := range n {
		if c.Err != nil {
			return
		}
		if c.Reading {
			var zero T
			*v = append(*v, zero)
		}
		each(&(*v)[i])
	}
}

// F32s is a list of numbers, of which there are at most most.
func (c *Coder) F32s(v *[]float32, most int) { List(c, v, 4, most, c.F32) }

// I32s is a list of signed numbers of 32 bits, of which there are at most most.
func (c *Coder) I32s(v *[]int32, most int) {
	List(c, v, 4, most, func(x *int32) {
		u := uint32(*x)
		c.U32(&u)
		*x = int32(u)
	})
}

// UpTo reports whether what is read or written is of that version or an older one.
func (c *Coder) UpTo(version int) bool { return c.Version != 0 && c.Version <= version }

// Floats visits as many numbers as v holds, in bulk: a state is hardly anything else.
func (c *Coder) Floats(v []float32) {
	if c.Reading {
		b := c.Take(4 * len(v))
		for i := range len(b) / 4 {
			v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
		return
	}
	n := len(c.Buf)
	c.Buf = slices.Grow(c.Buf, 4*len(v))[:n+4*len(v)]
	b := c.Buf[n:]
	for i, x := range v {
		binary.LittleEndian.PutUint32(b[4*i:], math.Float32bits(x))
	}
}

// Bulk is bytes that, when read, are not copied.
func (c *Coder) Bulk(v *[]byte) {
	n := c.Length(len(*v), 1)
	if !c.Reading {
		c.Buf = append(c.Buf, *v...)
	} else {
		*v = slices.Clip(c.Take(n))
	}
}

// Exactly is the next n bytes. Memory grows with what is really there.
func Exactly(in io.Reader, n int) ([]byte, error) {
	var b bytes.Buffer
	switch _, err := io.CopyN(&b, in, int64(n)); {
	case errors.Is(err, io.EOF):
		return nil, ErrShort
	case err != nil:
		return nil, err
	}
	return b.Bytes(), nil
}
