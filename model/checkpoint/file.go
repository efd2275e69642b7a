package checkpoint

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// chunk is the number of bytes that are read, turned and written at once.
const chunk = 1 << 18

// File is a safetensors file that is open for reading, tensor by tensor.
type File struct {
	Header
	f    *os.File
	data int64 // where the data begins
	buf  []byte
}

// Open reads the header of a file. Nothing is allocated that the file's own size does not bound.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
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
	if !info.Mode().IsRegular() {
		return errors.New("it is not a file")
	}
	var length [8]byte
	if _, err := io.ReadFull(f.f, length[:]); err != nil {
		return fmt.Errorf("it has %d bytes; a safetensors file begins with 8 that hold the length of its header", info.Size())
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > maxHeader || int64(n) > info.Size()-8 {
		return fmt.Errorf("its header would have %d bytes; allowed are %d, and the file has %d", n, maxHeader, info.Size())
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(f.f, text); err != nil {
		return err
	}
	f.data = 8 + int64(n)
	f.Header, err = parseHeader(text, info.Size()-f.data)
	return err
}

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

// Floats reads a tensor of type F32 or BF16 into dst, which has its length.
func (f *File) Floats(ctx context.Context, dst []float32, e Entry) error {
	size := int(sizes[e.DType])
	return f.each(ctx, e, func(piece []byte) {
		n := len(piece) / size
		decode(dst[:n], piece, e.DType)
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

// Writer writes a safetensors file tensor by tensor, in the order of the header that it was made with.
type Writer struct {
	f    *os.File
	w    *bufio.Writer
	left []Entry
	buf  []byte
}

// Create begins a file with its header.
func Create(path string, h Header) (*Writer, error) {
	head, err := h.encode()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	w := &Writer{f: f, w: bufio.NewWriterSize(f, chunk), left: h.Entries, buf: make([]byte, chunk)}
	if _, err := w.w.Write(head); err != nil {
		f.Close()
		return nil, err
	}
	return w, nil
}

// Write adds the next tensor, turned into its type.
func (w *Writer) Write(ctx context.Context, src []float32) error {
	e := w.left[0]
	w.left = w.left[1:]
	if len(src) != e.Len() {
		return fmt.Errorf("%s: tensor %q has %d elements, not %d", w.f.Name(), e.Name, e.Len(), len(src))
	}
	size := int(sizes[e.DType])
	for len(src) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(len(src), chunk/size)
		encode(w.buf, src[:n], e.DType)
		if _, err := w.w.Write(w.buf[:n*size]); err != nil {
			return err
		}
		src = src[n:]
	}
	return nil
}

// Close ends the file and waits until it lies on the disk. It errs where a tensor is missing.
func (w *Writer) Close() error {
	err := w.w.Flush()
	if err == nil && len(w.left) > 0 {
		err = fmt.Errorf("%s: tensor %q was never written", w.f.Name(), w.left[0].Name)
	}
	if err == nil {
		err = w.f.Sync()
	}
	if closing := w.f.Close(); err == nil {
		err = closing
	}
	return err
}
