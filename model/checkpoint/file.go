package checkpoint

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/input"
)

// chunk is the number of bytes that are read, turned and written at once.
const chunk = 1 << 16

// File is a safetensors file that is open for reading, tensor by tensor.
type File struct {
	Header
	f    *os.File
	data int64 // where the data begins
	buf  []byte
}

// Open reads the header of a file. Nothing is allocated that the file's own size does not bound.
func Open(path string) (*File, error) {
	f, err := input.Regular(path)
	if err != nil {
		return nil, err
	}
	file := &File{f: f}
	if err := file.header(); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return file, nil
}

func (f *File) header() error {
	info, err := f.f.Stat()
	if err != nil {
		return err
	}
	size := info.Size()
	head := make([]byte, min(size, headLen))
	if _, err := f.f.ReadAt(head, 0); err != nil {
		return err
	}
	if size < 9 || binary.LittleEndian.Uint64(head) > maxHeader || head[8] != '{' {
		if is := recognise(head); is != "" {
			return errors.New("it is " + is)
		}
	}
	if size < 8 {
		return fmt.Errorf("it has %d bytes; a safetensors file begins with 8 that hold the length of its header", size)
	}
	n := binary.LittleEndian.Uint64(head)
	switch {
	case n > maxHeader:
		return fmt.Errorf("it is no safetensors file: its header would have %d bytes; allowed are %d", n, maxHeader)
	case int64(n) > size-8:
		return fmt.Errorf("its header has %d bytes, but the file has %d: it was cut short, and at least %d bytes "+
			"are missing", n, size, int64(n)-(size-8))
	case n == 0 || head[8] != '{':
		return errors.New("it is no safetensors file: its header does not begin with {")
	}
	text := make([]byte, n)
	if _, err := f.f.ReadAt(text, 8); err != nil {
		return err
	}
	f.data = 8 + int64(n)
	f.Header, err = parseHeader(text, size-f.data)
	return err
}

// Path is the name that the file was opened by.
func (f *File) Path() string { return f.f.Name() }

// Close closes the file.
func (f *File) Close() error { return f.f.Close() }

// each reads the bytes of an entry piece by piece; a piece holds whole elements.
func (f *File) each(ctx context.Context, e Entry, do func(piece []byte)) error {
	if f.buf == nil {
		f.buf = make([]byte, chunk)
	}
	for at := e.from; at < e.to; {
		if err := ctx.Err(); err != nil {
			return err
		}
		piece := f.buf[:min(chunk, e.to-at)]
		if _, err := f.f.ReadAt(piece, f.data+at); err != nil {
			return fmt.Errorf("%s: tensor %q cannot be read: %w", f.f.Name(), e.Name, err)
		}
		do(piece)
		at += int64(len(piece))
	}
	return nil
}

// into reads the bytes of an entry to where they belong.
func (f *File) into(ctx context.Context, dst []byte, e Entry) error {
	for at := 0; at < len(dst); at += chunk {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := f.f.ReadAt(dst[at:min(at+chunk, len(dst))], f.data+e.from+int64(at)); err != nil {
			return fmt.Errorf("%s: tensor %q cannot be read: %w", f.f.Name(), e.Name, err)
		}
	}
	return nil
}

// Floats reads a tensor of type F32 or BF16 into dst, which has its length.
func (f *File) Floats(ctx context.Context, dst []float32, e Entry) error {
	if raw := memory(dst); e.DType == F32 && raw != nil {
		return f.into(ctx, raw, e)
	}
	size := int(sizes[e.DType])
	return f.each(ctx, e, func(piece []byte) {
		n := len(piece) / size
		Decode(dst[:n], piece, e.DType)
		dst = dst[n:]
	})
}

// Ints reads a tensor of type I64 or I32.
func (f *File) Ints(ctx context.Context, e Entry) ([]int64, error) {
	out := make([]int64, 0, e.Len())
	err := f.each(ctx, e, func(piece []byte) {
		for len(piece) > 0 {
			if e.DType == I64 {
				out, piece = append(out, int64(binary.LittleEndian.Uint64(piece))), piece[8:]
			} else {
				out, piece = append(out, int64(int32(binary.LittleEndian.Uint32(piece)))), piece[4:]
			}
		}
	})
	return out, err
}

// Matrix reads the next matrix of a tensor that holds several, number i of those that have the length of dst.
func (f *File) Matrix(ctx context.Context, dst []float32, e Entry, i int) error {
	return f.Floats(ctx, dst, e.part(i*len(dst), len(dst)))
}

// Raw copies n elements of a tensor, from element at on, to w as they lie in the file.
func (f *File) Raw(ctx context.Context, w io.Writer, e Entry, at, n int) error {
	var failed error
	err := f.each(ctx, e.part(at, n), func(piece []byte) {
		if failed == nil {
			_, failed = w.Write(piece)
		}
	})
	return cmp.Or(err, failed)
}

// Writer writes a safetensors file tensor by tensor, in the order of the header that it was made with.
type Writer struct {
	f    *durable.File
	out  io.Writer // f, and who is given the same
	left []Entry   // the first is the one that is being written
	at   int       // elements of it that are
	buf  []byte
}

// Create begins a new file with its header. All that is written into it is given to each of also besides.
func Create(path string, h Header, also ...io.Writer) (*Writer, error) {
	head, err := h.encode()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f, err := durable.Create(path)
	if err != nil {
		return nil, err
	}
	w := &Writer{f: f, out: io.MultiWriter(append([]io.Writer{f}, also...)...), left: h.Entries,
		buf: make([]byte, chunk)}
	if _, err := w.out.Write(head); err != nil {
		f.Abandon()
		return nil, err
	}
	return w, nil
}

// Write adds the next elements, turned into the type of their tensor: all of it, or a part that further calls complete.
func (w *Writer) Write(ctx context.Context, src []float32) error {
	e, err := w.next(len(src))
	if err != nil {
		return err
	}
	size := int(sizes[e.DType])
	for len(src) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(len(src), chunk/size)
		if raw := memory(src[:n]); e.DType == F32 && raw != nil {
			if _, err := w.out.Write(raw); err != nil {
				return err
			}
			src = src[n:]
			continue
		}
		Encode(w.buf, src[:n], e.DType)
		if _, err := w.out.Write(w.buf[:n*size]); err != nil {
			return err
		}
		src = src[n:]
	}
	return nil
}

// bytes adds the next elements of a tensor of bytes.
func (w *Writer) bytes(ctx context.Context, src []byte) error {
	if _, err := w.next(len(src)); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	_, err := w.out.Write(src)
	return err
}

// Copy adds the next tensor as it lies in another file.
func (w *Writer) Copy(ctx context.Context, from *File, e Entry) error {
	if _, err := w.next(e.Len()); err != nil {
		return err
	}
	return from.Raw(ctx, w.out, e, 0, e.Len())
}

// next is the tensor that the next n elements belong to.
func (w *Writer) next(n int) (Entry, error) {
	w.skip()
	if n == 0 {
		return Entry{}, nil
	}
	if len(w.left) == 0 || n > w.left[0].Len()-w.at {
		return Entry{}, fmt.Errorf("%s: %d elements are too many for what is left of its tensors", w.f.Name(), n)
	}
	e := w.left[0]
	w.at += n
	w.skip()
	return e, nil
}

// skip goes on to the next tensor that has elements left.
func (w *Writer) skip() {
	for len(w.left) > 0 && w.at == w.left[0].Len() {
		w.left, w.at = w.left[1:], 0
	}
}

// Close ends the file and waits until it lies on the disk. It errs where a tensor is missing.
func (w *Writer) Close() error {
	if w.skip(); len(w.left) > 0 {
		w.f.Abandon()
		return fmt.Errorf("%s: tensor %q was not written whole", w.f.Name(), w.left[0].Name)
	}
	return w.f.Close()
}

// Abandon closes a file that nobody will need.
func (w *Writer) Abandon() { w.f.Abandon() }
