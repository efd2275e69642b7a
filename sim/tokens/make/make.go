// Package make makes token files of UTF-8 text: shards to train on and for validation, the tokenizer.json that says
// what the tokens are, and a document to begin with. It reads the text piece by piece, and leaves all of it or nothing.
//
// It trains no tokenizer and no network.
package make

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/sim/tokens"
	"github.com/sparkling-lab/sparkling/sim/tokens/tokenizer"
)

// Names of what is made beside the shards.
const (
	TokenizerName = "tokenizer.json"
	DocumentName  = "train.json"
)

// Request says what to make.
type Request struct {
	Text       []string // files, one after another; each begins with a word of its own
	Out        string   // a folder that is empty or not there
	Tokenizer  string   // a tokenizer.json; empty for an alphabet of the text's own characters
	Format     tokens.Format
	Validation float64 // the share of the text, at its end, that is for validation
	Shard      int64   // tokens a file
}

// Result says what was made. Files are named from the folder on.
type Result struct {
	Symbols                int
	Train, Validation      []string
	TrainTokens, ValTokens int64
	Bytes                  int64
}

// MaxValidation is the largest share for validation.
const MaxValidation = 0.5

// text is a file, and its size.
type text struct {
	path string
	size int64
}

// Files makes what is asked for. progress is told how many bytes are read of all; document makes the document.
func Files(ctx context.Context, r Request, progress func(done, all int64), document func(Result) ([]byte, error)) (
	out Result, err error) {
	if !(r.Validation > 0 && r.Validation <= MaxValidation) {
		return out, fmt.Errorf("the share for validation is %g; allowed are shares above 0 up to %g", r.Validation,
			MaxValidation)
	}
	all, err := sizes(r.Text)
	if err != nil {
		return out, err
	}
	for _, t := range all {
		out.Bytes += t.size
	}
	passes := int64(1)
	if r.Tokenizer == "" {
		passes = 2
	}
	before := int64(0)
	told := func(done int64) {
		if progress != nil {
			progress(before+done, passes*out.Bytes)
		}
	}
	by, err := tokenizing(ctx, r.Tokenizer, all, told)
	if err != nil {
		return out, err
	}
	if out.Symbols = by.Symbols(); passes == 2 {
		before = out.Bytes
	}
	err = durable.Tree(r.Out, DocumentName, func(tmp string) error {
		if err := write(ctx, tmp, r, all, by, told, &out); err != nil {
			return err
		}
		if err := durable.WriteBytes(filepath.Join(tmp, TokenizerName), by.JSON()); err != nil {
			return err
		}
		data, err := document(out)
		if err != nil {
			return err
		}
		return durable.WriteBytes(filepath.Join(tmp, DocumentName), data)
	})
	return out, err
}

// sizes looks at all files before any is read.
func sizes(paths []string) (all []text, err error) {
	for _, path := range paths {
		f, err := input.Regular(path)
		if err != nil {
			return nil, wrong(path, err)
		}
		info, err := f.Stat()
		f.Close()
		if err != nil {
			return nil, wrong(path, err)
		}
		all = append(all, text{path, info.Size()})
	}
	return all, nil
}

// wrong says which file it is that has no use.
func wrong(path string, err error) error {
	if why := (*os.PathError)(nil); errors.As(err, &why) {
		err = why.Err
	}
	return fmt.Errorf("%s cannot be used: %w", path, err)
}

// tokenizing reads the tokenizer, or all of the text for the alphabet of its characters.
func tokenizing(ctx context.Context, path string, all []text, told func(int64)) (*tokenizer.Tokenizer, error) {
	if path == "" {
		var a tokenizer.Alphabet
		err := each(ctx, all, 0, told, func(piece string, _ bool) error {
			a.Add(piece)
			return nil
		})
		if err != nil {
			return nil, err
		}
		return a.Tokenizer()
	}
	data, err := input.Small(path, tokenizer.MaxFile)
	var by *tokenizer.Tokenizer
	if err == nil {
		by, err = tokenizer.Read(data)
	}
	if err != nil {
		return nil, wrong("the tokenizer "+path, err)
	}
	return by, nil
}

// write writes the shards.
func write(ctx context.Context, dir string, r Request, all []text, by *tokenizer.Tokenizer, told func(int64),
	out *Result) error {
	var to [2]*tokens.Writer
	for i, name := range []string{"train", "validation"} {
		w, err := tokens.NewWriter(dir, name, r.Format, r.Shard)
		if err != nil {
			return err
		}
		defer w.Abandon()
		to[i] = w
	}
	var ids []uint16
	counts := [2]*int64{&out.TrainTokens, &out.ValTokens}
	held := out.Bytes - int64(r.Validation*float64(out.Bytes))
	var unwritten error // is not the fault of the text that is read meanwhile
	err := each(ctx, all, held, told, func(piece string, validation bool) (err error) {
		if ids, err = by.Encode(ids[:0], piece); err != nil {
			return err
		}
		part := 0
		if validation {
			part = 1
		}
		*counts[part] += int64(len(ids))
		unwritten = to[part].Write(ids)
		return unwritten
	})
	if err = cmp.Or(unwritten, err); err != nil {
		return err
	}
	if least := min(out.TrainTokens, out.ValTokens); least < minTokens {
		return fmt.Errorf("the text makes %d tokens to train on and %d for validation; each needs at least %d",
			out.TrainTokens, out.ValTokens, minTokens)
	}
	if out.Train, err = to[0].Close(); err != nil {
		return err
	}
	out.Validation, err = to[1].Close()
	return err
}

// minTokens is how many each part has at least: a row of the document that is made, and the token after it.
const minTokens = Seq + 1

// Seq is the length of rows of that document.
const Seq = 64

// each calls do with the pieces of all files, and whether they come after byte held of all of them together, which is
// none where that is 0.
func each(ctx context.Context, all []text, held int64, told func(int64),
	do func(piece string, after bool) error) error {
	before, after := int64(0), false
	for _, t := range all {
		f, err := input.Regular(t.path)
		if err != nil {
			return wrong(t.path, err)
		}
		after = held > 0 && before >= held
		stop := int64(0)
		if !after && held > 0 && held < before+t.size {
			stop = held - before
		}
		err = pieces(ctx, io.LimitReader(f, t.size), stop, after, func(at int64) { told(before + at) }, do)
		f.Close()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return wrong(t.path, err)
		}
		before += t.size
	}
	return nil
}

// pieces is [each] of one file, of which what comes behind the byte stop is after, or all of it.
func pieces(ctx context.Context, in io.Reader, stop int64, after bool, told func(int64),
	do func(string, bool) error) error {
	p := tokenizer.NewPieces(in)
	p.StopAt(stop)
	for ctx.Err() == nil {
		piece, at, stopped, err := p.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		err = do(piece, after)
		if place := (*tokenizer.PlaceError)(nil); errors.As(err, &place) {
			return fmt.Errorf("near its byte %d %w", at+int64(place.At), err)
		}
		if err != nil {
			return err
		}
		after = after || stopped
		told(at + int64(len(piece)))
	}
	return ctx.Err()
}
