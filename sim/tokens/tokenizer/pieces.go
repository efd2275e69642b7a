package tokenizer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode"
	"unicode/utf8"
)

// Sizes of what is read at once, and of a piece that has no end, in bytes.
const (
	readBytes = 256 << 10
	maxPiece  = 4 << 20
)

// mark is the byte order mark.
const mark = "\ufeff"

// Pieces reads a text piece by piece, so that its size does not matter. A byte order mark at its beginning is no part
// of it, and every line ends with a newline, whatever it ended with. A piece ends where a letter or a number comes
// before a space or a newline: there every tokenizer that is read here ends a word, so that the tokens of the pieces
// are those of the whole.
type Pieces struct {
	in    io.Reader
	read  int64  // bytes of the text so far
	tail  []byte // read, and not yet looked at: a character or the end of a line that may go on
	text  []byte // that is looked at, and not yet handed out
	begun bool
	ended bool
	first int64 // byte at which text begins, but for what was left out of it
	stop  int64 // byte at which a piece shall end, as near as one can; 0 is none
}

// NewPieces reads a text.
func NewPieces(in io.Reader) *Pieces { return &Pieces{in: in} }

// StopAt makes a piece end at a byte, or before, where a word ends.
func (p *Pieces) StopAt(at int64) { p.stop = at }

// Next is the next piece, which is not empty, and the byte of the text at which it begins; [io.EOF] comes after the
// last. stopped says that it is the last before the place of [Pieces.StopAt].
func (p *Pieces) Next() (text string, at int64, stopped bool, err error) {
	for {
		if err := p.more(); err != nil {
			return "", p.read, false, err
		}
		stopped = p.stop > 0 && p.read >= p.stop
		n := len(p.text)
		if !p.ended {
			n = cut(p.text)
		}
		if stopped {
			p.stop = 0
		}
		if n == 0 && p.ended {
			return "", p.read, stopped, io.EOF
		}
		if n == 0 && !stopped {
			if len(p.text) > maxPiece {
				return "", p.first, false, fmt.Errorf("no word ends within the %d bytes after byte %d, which is no "+
					"text", maxPiece, p.first)
			}
			continue
		}
		text, at = string(p.text[:n]), p.first
		p.text = append(p.text[:0], p.text[n:]...)
		p.first = p.read - int64(len(p.tail)+len(p.text))
		return text, at, stopped, nil
	}
}

// more reads on, and moves what is whole into the text.
func (p *Pieces) more() error {
	if p.ended {
		return nil
	}
	size := int64(readBytes)
	if p.stop > p.read {
		size = min(size, p.stop-p.read)
	}
	have := len(p.tail)
	buf := append(p.tail, make([]byte, size)...)
	n, err := io.ReadFull(p.in, buf[have:])
	p.read += int64(n)
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		p.ended = true
	case err != nil:
		return err
	}
	buf = buf[:have+n]
	if !p.begun && (len(buf) >= len(mark) || p.ended) {
		p.begun = true
		for bytes.HasPrefix(buf, []byte(mark)) {
			buf = buf[len(mark):]
			p.first += int64(len(mark))
		}
	}
	whole, err := p.whole(buf)
	if err != nil {
		return err
	}
	p.text = appendLines(p.text, buf[:whole])
	p.tail = bytes.Clone(buf[whole:])
	return nil
}

// whole is how many bytes can be looked at without what follows. It errs at the first that is not UTF-8, or 0.
func (p *Pieces) whole(data []byte) (int, error) {
	at := 0
	for at < len(data) {
		if data[at] == 0 {
			return 0, p.bad(data, at, "is 0, as other files have and texts in UTF-16")
		}
		if data[at] < utf8.RuneSelf {
			at++
			continue
		}
		if !p.ended && !utf8.FullRune(data[at:]) {
			return at, nil
		}
		r, n := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && n == 1 {
			return 0, p.bad(data, at, "is not UTF-8")
		}
		at += n
	}
	if at > 0 && data[at-1] == '\r' && !p.ended {
		at--
	}
	return at, nil
}

func (p *Pieces) bad(data []byte, at int, why string) error {
	return fmt.Errorf("its byte %d %s; save it in UTF-8", p.read-int64(len(data)-at), why)
}

// appendLines appends data with every end of a line as a newline.
func appendLines(out, data []byte) []byte {
	if bytes.IndexByte(data, '\r') < 0 {
		return append(out, data...)
	}
	for i, b := range data {
		switch {
		case b != '\r':
			out = append(out, b)
		case i+1 == len(data) || data[i+1] != '\n':
			out = append(out, '\n')
		}
	}
	return out
}

// cut is where the last piece of a text ends that certainly does, 0 where none does.
func cut(text []byte) int {
	for i := len(text) - 1; i > 0; i-- {
		if text[i] != ' ' && text[i] != '\n' {
			continue
		}
		if r, _ := utf8.DecodeLastRune(text[:i]); unicode.IsLetter(r) || unicode.IsNumber(r) {
			return i
		}
	}
	return 0
}
