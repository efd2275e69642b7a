package make

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/sim/tokens"
	"github.com/sparkling-lab/sparkling/sim/tokens/tokenizer"
)

// written puts texts into a folder, and gives their paths.
func written(t *testing.T, texts ...string) (paths []string) {
	dir := t.TempDir()
	for i, text := range texts {
		path := filepath.Join(dir, string(rune('a'+i))+".txt")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		paths = append(paths, path)
	}
	return paths
}

// nothing is a document for who needs none.
func nothing(Result) ([]byte, error) { return []byte("{}\n"), nil }

const line = "The rays of light differ in colour, größer 1704.\n"

// What was made is what was given: the tokens of both parts, turned back, are the text.
func TestFilesHoldTheText(t *testing.T) {
	texts := []string{strings.Repeat(line, 300), strings.Repeat("\ufeffund noch mehr\r\n", 1)}
	bpe := "../tokenizer/testdata/tokenizer.json"
	for _, by := range []string{"", bpe} {
		for _, format := range tokens.Formats {
			out := filepath.Join(t.TempDir(), "made")
			last := int64(0)
			r, err := Files(t.Context(), Request{Text: written(t, texts...), Out: out, Tokenizer: by, Format: format,
				Validation: 0.25, Shard: tokens.MinShard}, func(done, all int64) {
				assert.GreaterOrEqual(t, done, last)
				assert.LessOrEqual(t, done, all)
				last = done
			}, nothing)
			require.NoError(t, err)

			spec := task.Spec{Kind: task.KindTokens, Symbols: r.Symbols, TrainFiles: r.Train,
				ValidationFiles: r.Validation, Tokenizer: TokenizerName, Seq: Seq, Batch: 2}
			require.NoError(t, spec.Validate())
			d, err := tokens.Open(t.Context(), out, spec, nil)
			require.NoError(t, err)
			defer d.Close()
			train, val := d.Tokens()
			assert.Equal(t, []int64{r.TrainTokens, r.ValTokens}, []int64{train, val})

			data, err := os.ReadFile(filepath.Join(out, TokenizerName))
			require.NoError(t, err)
			tok, err := tokenizer.Read(data)
			require.NoError(t, err)
			assert.Equal(t, r.Symbols, tok.Symbols())
			first, err := tok.Encode(nil, texts[0])
			require.NoError(t, err)
			second, err := tok.Encode(nil, "und noch mehr\n")
			require.NoError(t, err)
			want := append(first, second...)
			var got []uint16
			for _, name := range append(r.Train, r.Validation...) {
				data, err := os.ReadFile(filepath.Join(out, name))
				require.NoError(t, err)
				if format == tokens.LLMC {
					data = data[1024:]
				}
				for i := 0; i < len(data); i += 2 {
					got = append(got, uint16(data[i])|uint16(data[i+1])<<8)
				}
			}
			assert.Equal(t, want, got)
			assert.InDelta(t, 0.25, float64(val)/float64(train+val), 0.01)
		}
	}
}

// What cannot be used is said with its file and place, and nothing is left.
func TestWhatCannotBeMadeLeavesNothing(t *testing.T) {
	good := strings.Repeat(line, 300)
	bad := written(t, good, good+"\xff", "short\n", good+"Ω")
	alphabet := filepath.Join(t.TempDir(), "tokenizer.json")
	var a tokenizer.Alphabet
	a.Add(good)
	tok, err := a.Tokenizer()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(alphabet, tok.JSON(), 0o644))
	greek := func(r Request) Request {
		r.Text, r.Tokenizer = bad[3:], alphabet
		return r
	}
	broken := written(t, `{"version": "1.0", "model": {"type": "Unigram"}}`)[0]

	for want, change := range map[string]func(r *Request){
		"b.txt cannot be used: its byte 15300 is not UTF-8":        func(r *Request) { r.Text = bad[:2] },
		"makes 6 tokens to train on and 0 for validation; each ne": func(r *Request) { r.Text = bad[2:3] },
		"missing cannot be used: no such file":                     func(r *Request) { r.Text = []string{"missing"} },
		"the character 'Ω' is none of the tokenizer's":             func(r *Request) { *r = greek(*r) },
		`a.txt cannot be used: its model.type is "Unigram"`:        func(r *Request) { r.Tokenizer = broken },
		"the share for validation is 0; allowed are":               func(r *Request) { r.Validation = 0 },
		"the share for validation is 0.6":                          func(r *Request) { r.Validation = 0.6 },
		"a shard of 1 tokens is asked for":                         func(r *Request) { r.Shard = 1 },
	} {
		r := Request{Text: bad[:1], Out: filepath.Join(t.TempDir(), "made"), Format: tokens.LLMC, Validation: 0.1,
			Shard: 10_000}
		change(&r)
		_, err := Files(t.Context(), r, nil, nothing)
		if assert.ErrorContains(t, err, want) {
			assert.NotContains(t, err.Error(), "\n")
		}
		assert.NoDirExists(t, r.Out)
	}

	r := Request{Text: bad[:1], Out: filepath.Join(t.TempDir(), "made"), Format: tokens.LLMC, Validation: 0.1,
		Shard: 10_000}
	ctx, stop := context.WithCancel(t.Context())
	_, err = Files(ctx, r, func(int64, int64) { stop() }, nothing)
	assert.ErrorIs(t, err, context.Canceled)
	assert.NoDirExists(t, r.Out)

	_, err = Files(t.Context(), r, nil, func(Result) ([]byte, error) { return nil, errors.New("no document") })
	assert.ErrorContains(t, err, "no document")
	assert.NoDirExists(t, r.Out)
}

// full is a disk on which nothing more can be written after some bytes.
type full struct {
	durable.Disk
	left *int
}

func (d full) Create(path string) (durable.Handle, error) {
	h, err := d.Disk.Create(path)
	return fullHandle{h, d.left}, err
}

type fullHandle struct {
	durable.Handle
	left *int
}

func (h fullHandle) Write(p []byte) (int, error) {
	if *h.left -= len(p); *h.left < 0 {
		return 0, errors.New("no space left on device")
	}
	return h.Handle.Write(p)
}

func TestAFullDiskIsSaidAndNothingIsLeft(t *testing.T) {
	for _, left := range []int{0, 5000, 31_000, 90_000} {
		r := Request{Text: written(t, strings.Repeat(line, 3000)), Out: filepath.Join(t.TempDir(), "made"),
			Format: tokens.LLMC, Validation: 0.1, Shard: 10_000}
		back := durable.Use(full{durable.Current(), &left})
		_, err := Files(t.Context(), r, nil, nothing)
		back()
		assert.ErrorContains(t, err, "no space left")
		assert.NotContains(t, err.Error(), r.Text[0], "the text is as good as it was")
		assert.NoDirExists(t, r.Out)
	}
}

// The document that is made names what else was made.
func TestTheDocumentKnowsWhatWasMade(t *testing.T) {
	out := filepath.Join(t.TempDir(), "made")
	r, err := Files(t.Context(), Request{Text: written(t, strings.Repeat(line, 300)), Out: out,
		Format: tokens.LLMC, Validation: 0.1, Shard: 10_000}, nil, func(r Result) ([]byte, error) {
		return json.Marshal(r)
	})
	require.NoError(t, err)
	data, err := os.ReadFile(filepath.Join(out, DocumentName))
	require.NoError(t, err)
	var said Result
	require.NoError(t, json.Unmarshal(data, &said))
	assert.Equal(t, r, said)
	assert.Equal(t, []string{"train_000000.bin"}, said.Train)
}
