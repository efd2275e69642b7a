package torch

import (
	"archive/zip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
)

// maxDirectory bounds the list of an archive's entries, in bytes: room for some 300,000 storages.
const maxDirectory = 32 << 20

// chunk is the number of bytes that are read, turned and written at once.
const chunk = 1 << 18

// File is a file of torch.save that is open for reading.
type File struct {
	Root     any // what was saved
	path     string
	f        *os.File
	entries  map[string]*zip.File // by what follows the archive's own folder
	storages map[string]*storage
}

// Open reads the list of entries and the pickle of a file. An error names the file.
func Open(path string) (*File, error) {
	if err := part(path); err != nil {
		return nil, err
	}
	f, err := input.Regular(path)
	if err != nil {
		return nil, err
	}
	file := &File{path: path, f: f, entries: map[string]*zip.File{}}
	if err := file.read(); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return file, nil
}

// Path is the name that the file was opened by.
func (f *File) Path() string { return f.path }

// Close closes the file.
func (f *File) Close() error { return f.f.Close() }

// bounded reads no more than left bytes.
type bounded struct {
	from io.ReaderAt
	left int64
}

func (b *bounded) ReadAt(p []byte, at int64) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, fmt.Errorf("the list of its entries has more than %d bytes", maxDirectory)
	}
	return b.from.ReadAt(p, at)
}

func (f *File) read() error {
	info, err := f.f.Stat()
	if err != nil {
		return err
	}
	if err := begins(f.f, info.Size()); err != nil {
		return err
	}
	at := &bounded{f.f, maxDirectory}
	archive, err := zip.NewReader(at, info.Size())
	if err != nil {
		return fmt.Errorf("it is no whole archive of torch.save: %w", err)
	}
	at.left = 1 << 62 // from here on every read has its own bound
	for _, e := range archive.File {
		_, name, ok := strings.Cut(e.Name, "/")
		if !ok {
			continue
		}
		if f.entries[name] != nil {
			return fmt.Errorf("its archive has %s twice", short(e.Name))
		}
		f.entries[name] = e
	}
	if order := f.entries["byteorder"]; order != nil {
		text, err := whole(order, 16)
		if err != nil || string(text) != "little" {
			return fmt.Errorf("its bytes are in the order %q; read is little", short(string(text)))
		}
	}
	pickle := f.entries["data.pkl"]
	if pickle == nil {
		return errors.New("its archive holds no data.pkl, as torch.save writes it")
	}
	text, err := whole(pickle, maxPickle)
	if err != nil {
		return err
	}
	if f.Root, f.storages, err = parse(text); err != nil {
		return fmt.Errorf("its pickle: %w", err)
	}
	return f.sizes()
}

// begins errs where a file does not begin as an archive does.
func begins(f io.ReaderAt, size int64) error {
	head := make([]byte, min(size, 4))
	if _, err := f.ReadAt(head, 0); err != nil {
		return err
	}
	switch {
	case len(head) < 4:
		return fmt.Errorf("it has %d bytes; a file of torch.save has more", size)
	case head[0] == 0x80:
		return errors.New("it is a pickle without an archive, as PyTorch before 1.6 wrote it, which is not read; " +
			"save it anew: python3 -c \"import torch; torch.save(torch.load('OLD', map_location='cpu'), 'NEW')\"")
	case string(head) != "PK\x03\x04":
		return errors.New("it is no archive of torch.save")
	}
	return nil
}

// whole reads a small entry of the archive.
func whole(e *zip.File, limit uint64) ([]byte, error) {
	if e.UncompressedSize64 > limit {
		return nil, fmt.Errorf("its %s has %d bytes; allowed are %d", path.Base(short(e.Name)), e.UncompressedSize64,
			limit)
	}
	r, err := e.Open()
	if err != nil {
		return nil, fmt.Errorf("its %s: %w", path.Base(short(e.Name)), err)
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err == nil && uint64(len(data)) > limit {
		err = fmt.Errorf("it has more than the %d bytes allowed", limit)
	}
	return data, err
}

// sizes errs where an entry has not the size of the storage that it holds.
func (f *File) sizes() error {
	for key, s := range f.storages {
		e := f.entries["data/"+key]
		if e == nil {
			return fmt.Errorf("its archive holds no data/%s, which its pickle speaks of", short(key))
		}
		if want := uint64(s.elements) * uint64(s.dtype.Size()); e.UncompressedSize64 != want {
			return fmt.Errorf("its data/%s has %d bytes, but %d elements of %s take %d", short(key),
				e.UncompressedSize64, s.elements, s.dtype, want)
		}
	}
	return nil
}

// Reader reads the elements of a tensor, from the first to the last.
type Reader struct {
	t    *Tensor
	name string
	from io.ReadCloser
	skip int64 // bytes before the tensor that must be read first
	left int64 // bytes
	buf  []byte
}

// Reader begins to read a tensor of the file. A storage that is stored is read from where the tensor begins; one that
// is compressed must be read up to there, which the first reading does.
func (f *File) Reader(t *Tensor) (*Reader, error) {
	e := f.entries["data/"+t.from.key]
	r := &Reader{t: t, name: f.path + ", data/" + short(t.from.key), left: t.Bytes()}
	skip := t.first * int64(t.DType.Size())
	if skip > 0 && e.Method == zip.Store {
		at, err := e.DataOffset()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.name, err)
		}
		r.from = io.NopCloser(io.NewSectionReader(f.f, at+skip, r.left))
		return r, nil
	}
	from, err := e.Open() // it compares the checksum at its end
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.name, err)
	}
	r.from, r.skip = from, skip
	return r, nil
}

// begin makes the buffer and reads up to where the tensor begins, which may take as long as reading a tensor.
func (r *Reader) begin(ctx context.Context) error {
	if r.buf == nil {
		r.buf = make([]byte, min(chunk, max(r.skip, r.left))) // a count is one number, and there are many
	}
	for r.skip > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := io.ReadFull(r.from, r.buf[:min(chunk, r.skip)])
		if r.skip -= int64(n); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	return nil
}

// Floats reads the next elements of a tensor whose type is [checkpoint.DType.Float].
func (r *Reader) Floats(ctx context.Context, dst []float32) error {
	if err := r.begin(ctx); err != nil {
		return err
	}
	size := r.t.DType.Size()
	for len(dst) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(len(dst), chunk/size)
		if n*size > len(r.buf) {
			return r.beyond()
		}
		if err := r.next(r.buf[:n*size]); err != nil {
			return err
		}
		checkpoint.Decode(dst[:n], r.buf, r.t.DType)
		dst = dst[n:]
	}
	return nil
}

// next fills a part of the tensor's bytes. After the last the archive's checksum is compared, where it can be.
func (r *Reader) next(b []byte) error {
	if int64(len(b)) > r.left {
		return r.beyond()
	}
	if _, err := io.ReadFull(r.from, b); err != nil {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	if r.left -= int64(len(b)); r.left > 0 {
		return nil
	}
	if _, err := r.from.Read(make([]byte, 1)); err != nil && err != io.EOF {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	return nil
}

func (r *Reader) beyond() error {
	return fmt.Errorf("%s: more is asked for than the tensor has", r.name)
}

// Number is the one element of a tensor of any type.
func (f *File) Number(ctx context.Context, t *Tensor) (float64, error) {
	r, err := f.Reader(t)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	if err := r.begin(ctx); err != nil {
		return 0, err
	}
	var b [8]byte
	size := t.DType.Size()
	if err := r.next(b[:size]); err != nil {
		return 0, err
	}
	if t.DType.Float() {
		var x [1]float32
		checkpoint.Decode(x[:], b[:size], t.DType)
		return float64(x[0]), nil
	}
	if x := binary.LittleEndian.Uint64(b[:]); t.DType == "F64" {
		return math.Float64frombits(x), nil
	} else {
		unused := 64 - 8*size
		return float64(int64(x<<unused) >> unused), nil // whole numbers with a sign; counts have none
	}
}

// Copy writes what is left of the tensor as it lies there.
func (r *Reader) Copy(ctx context.Context, w io.Writer) error {
	if err := r.begin(ctx); err != nil {
		return err
	}
	for r.left > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		b := r.buf[:min(chunk, r.left)]
		if err := r.next(b); err != nil {
			return err
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// Close ends the reading.
func (r *Reader) Close() { r.from.Close() }
