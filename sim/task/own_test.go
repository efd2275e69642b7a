package task

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// alphabet is a text of so many symbols; the later ones are rarer, each twice rarer than one a hundred before.
func alphabet(symbols int) string {
	var b strings.Builder
	for i := range symbols {
		for range 1 + 2000>>(i/100*2) {
			b.WriteRune(rune(0x4e00 + i))
		}
	}
	return b.String()
}

func TestAReadersTextIsTheSameHoweverItsLinesEnd(t *testing.T) {
	unix := strings.Repeat("Жили-были дед да баба,\nи была у них курочка ряба.\n", 40)
	want, err := ParseText([]byte(unix))
	require.NoError(t, err)
	assert.Equal(t, unix, written(want, want.ids))
	for name, text := range map[string]string{
		"Windows": strings.ReplaceAll(unix, "\n", "\r\n"), "old Macs": strings.ReplaceAll(unix, "\n", "\r"),
		"with a mark": "\ufeff" + unix,
	} {
		got, err := ParseText([]byte(text))
		require.NoError(t, err, name)
		assert.Equal(t, want, got, name)
		assert.Equal(t, ownName([]byte(unix)), ownName([]byte(text)), name)
	}
	assert.NotEqual(t, ownName([]byte(unix)), ownName([]byte(unix+"\n")))
	for i := range want.symbols[1:] {
		assert.Less(t, want.symbols[i], want.symbols[i+1], "numbered in ascending order")
	}
}

func TestTheRarestSymbolsShareOne(t *testing.T) {
	for _, symbols := range []int{MaxSymbols - 1, MaxSymbols, MaxSymbols + 1, 700} {
		s := alphabet(symbols)
		text, err := ParseText([]byte(s))
		require.NoError(t, err)
		assert.Equal(t, min(symbols, MaxSymbols), text.Vocab())
		count, all := map[rune]int{}, 0
		for _, r := range s {
			count[r]++
			all++
		}
		own, shared := map[rune]bool{}, 0
		for i, r := range []rune(s) {
			if said := text.Symbol(text.ids[i]); said == string(r) {
				own[r] = true
			} else {
				require.Equal(t, string(utf8.RuneError), said)
				shared++
			}
		}
		assert.InDelta(t, float64(shared)/float64(all), text.Shared(), 1e-12)
		if symbols <= MaxSymbols {
			assert.Zero(t, shared)
			continue
		}
		assert.Len(t, own, MaxSymbols-1)
		rarest := all
		for r := range own {
			rarest = min(rarest, count[r])
		}
		for r, n := range count {
			if !own[r] {
				assert.LessOrEqual(t, n, rarest)
			}
		}
	}
}

func TestATextThatCannotBeLearntIsRefusedInOneSentence(t *testing.T) {
	long := strings.Repeat("text ", 1000)
	for want, data := range map[string]string{
		"the text has 4 bytes; allowed are 2000 to 8000000": "text",
		"the text has 8000001 bytes":                        strings.Repeat("x", MaxText+1),
		"not in UTF-8, first in its line 3":                 "a\nb\ngr\xfcn" + long,
		"the text has bytes that are 0":                     long + "\x00",
		"the text is not in UTF-8, first in its line 1":     "\xff\xfe" + long,
	} {
		_, err := ParseText([]byte(data))
		require.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "\n")
	}
	short, err := ParseText([]byte(strings.Repeat("日本語は楽しい", 100)))
	require.NoError(t, err)
	assert.EqualError(t, short.Fits(64), "the text has 700 characters; rows of 64 need at least 1320")
	assert.NoError(t, short.Fits(33))
	assert.Error(t, short.Fits(34))
}

func TestATextOfOnesOwnIsLearntWhereItWasGivenAndNoOther(t *testing.T) {
	rows := Spec{Kind: KindText, Text: TextOpticks, Seq: 16, Batch: 2}
	data := []byte(strings.Repeat("given to this program; ", 100))
	missing := rows
	missing.Text, missing.Symbols = ownName(append(data, '!')), 12
	_, err := New(missing)
	require.ErrorContains(t, err, missing.Text)
	assert.ErrorContains(t, err, "has to be given again")

	spec, text, err := TakeText(rows, data, sha256.Sum256)
	require.NoError(t, err)
	require.NoError(t, spec.Validate())
	assert.Equal(t, Spec{Kind: KindText, Text: ownName(data), Symbols: text.Vocab(), Seq: 16, Batch: 2}, spec)
	task, err := New(spec)
	require.NoError(t, err)
	assert.Same(t, text, task)
	spec.Symbols++
	_, err = New(spec)
	assert.ErrorContains(t, err, "the text has "+fmt.Sprint(text.Vocab()))
	rows.Seq = 4000
	_, _, err = TakeText(rows, data, sha256.Sum256)
	assert.ErrorContains(t, err, "rows of 4000 need at least")
	_, _, err = TakeText(rows, []byte(strings.Repeat("a", 3000)), sha256.Sum256)
	assert.ErrorContains(t, err, "one symbol only")
}

// Whatever the bytes, what comes is the text that they are, whose batches and sets can be drawn, or an error.
func FuzzText(f *testing.F) {
	long := strings.Repeat("seed ", 500)
	for _, seed := range []string{"", long, "\ufeff" + long, long + "\r\n", "\xff\xfe" + long, alphabet(600),
		long + "\ufffd\U0010ffff", strings.Repeat("\r", 3000)} {
		f.Add([]byte(seed), uint16(16))
	}
	f.Fuzz(func(t *testing.T, data []byte, rows uint16) {
		text, err := ParseText(data)
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		want := bytes.Runes(Normal(data))
		require.Len(t, text.ids, len(want))
		require.LessOrEqual(t, text.Vocab(), MaxSymbols)
		shared := 0
		for i, r := range want {
			if said := text.symbols[text.ids[i]]; said != r {
				if said != sharedSymbol {
					t.Fatalf("character %d is %q, and not %q", i, said, r)
				}
				shared++
			}
		}
		assert.Equal(t, fmt.Sprint(float64(shared)/float64(len(want))), fmt.Sprint(text.Shared()))
		assert.False(t, slices.Contains(want, '\r'))
		seq := int(rows)%4095 + 2
		if text.Fits(seq) != nil {
			return
		}
		ids, labels := make([]int32, 2*seq), make([]int32, 2*seq)
		text.Batch(1, 2, seq, ids, labels)
		for _, s := range []Set{text.Live(seq), text.Full(seq)} {
			require.Positive(t, s.Rows)
			for _, row := range []int{0, s.Rows - 1} {
				s.Fill(row, ids[:seq], labels[:seq])
			}
		}
	})
}

// ownName is the name of the text in a spec.
func ownName(data []byte) string { return SHA256(sha256.Sum256).name(data) }
