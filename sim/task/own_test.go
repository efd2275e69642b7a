package task

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
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
			if said := text.Symbol(int32(text.ids[i])); said == string(r) {
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
		"the text has 4 bytes; at least 2000 are needed":     "text",
		"the text has more than 8000000 bytes, and no more ": strings.Repeat("x", MaxText+1),
		"not in UTF-8, first in its line 3":                  "a\nb\ngr\xfcn" + long,
		"the text has bytes that are 0":                      long + "\x00",
		"the text is not in UTF-8, first in its line 1":      "\xff\xfe" + long,
	} {
		_, err := ParseText([]byte(data))
		require.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "\n")
	}
	short, err := ParseText([]byte(strings.Repeat("日本語は楽しい", 100)))
	require.NoError(t, err)
	assert.NoError(t, short.Fits(198))
	assert.EqualError(t, short.Fits(199), "the text has 700 characters; rows of 199 need at least 4020")
}

// The shortest text of any alphabet, however its lines end, has rows of the usual length to read and to be held out.
func TestTheShortestTextOfAnyAlphabetCanBeLearnt(t *testing.T) {
	for _, written := range []string{"\ufeff" + strings.Repeat("\r\na", 1000), strings.Repeat("𐌰𐌱𐌲𐌳", 125)} {
		text, err := ParseText([]byte(written))
		require.NoError(t, err)
		assert.NoError(t, text.Fits(64))
		all, train := text.Len()
		assert.Equal(t, 200, all-train)
	}
	for _, all := range []int{2000, 4000, 4020, 100_000} {
		for _, seq := range []int{2, 64, 198, 199, 4096} {
			if err := fits(all, seq); err != nil {
				var need int
				_, number, _ := strings.Cut(err.Error(), "at least ")
				_, scanned := fmt.Sscan(number, &need)
				require.NoError(t, scanned)
				assert.NoError(t, fits(need, seq), "what is said to be enough is")
				assert.Error(t, fits(need-1, seq), "and less is not")
			}
		}
	}
}

func TestATextOfOnesOwnIsLearntWhereItWasGivenAndNoOther(t *testing.T) {
	rows := Spec{Kind: KindText, Text: TextOpticks, Seq: 16, Batch: 2}
	data := []byte(strings.Repeat("given to this program; ", 100))
	missing := rows
	missing.Text, missing.Symbols = ownName(append(data, '!')), 12
	_, err := New(missing)
	require.ErrorContains(t, err, "12 symbols and a SHA-256 that begins with "+missing.Text[len(ownPrefix):][:12])
	assert.ErrorContains(t, err, "has to be given again")

	spec, text, err := TakeText(rows, data, sha256.Sum256)
	require.NoError(t, err)
	require.NoError(t, spec.Validate())
	assert.Equal(t, Spec{Kind: KindText, Text: ownName(data), Symbols: text.Vocab(), Length: len(data),
		Content: string(data), Seq: 16, Batch: 2}, spec)
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
		"\ufeff\ufeff" + strings.Repeat("ab\r\n", 667), long + "\ufffd\U0010ffff", strings.Repeat("\r", 3000)} {
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
		carried(t, data, seq)
		for _, s := range []Set{text.Live(seq), text.Full(seq)} {
			require.Positive(t, s.Rows)
			for _, row := range []int{0, s.Rows - 1} {
				s.Fill(row, ids[:seq], labels[:seq])
			}
		}
	})
}

// carried learns a text anew from what the document of it carries.
func carried(t *testing.T, data []byte, seq int) {
	spec, text, err := TakeText(Spec{Kind: KindText, Text: TextOpticks, Seq: seq, Batch: 2}, data, sha256.Sum256)
	require.NoError(t, err)
	require.NoError(t, spec.Validate())
	if len(Normal(data)) > MaxContent {
		assert.Empty(t, spec.Content)
		return
	}
	var read Spec
	document, err := json.Marshal(spec)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(document, &read))
	library.Delete(spec.Text)
	require.NoError(t, TakeContent(read, sha256.Sum256))
	again, err := New(read)
	require.NoError(t, err)
	assert.Equal(t, text, again)
}

// Bounds are those of the text as it is learnt: what is taken from a file can be taken from a document.
func TestWhatIsTakenIsTakenAgainFromItsDocument(t *testing.T) {
	for name, data := range map[string]string{
		"a mark and Windows' lines": "\ufeff" + strings.Repeat("ab\r\n", 667),
		"two marks":                 "\ufeff\ufeff" + strings.Repeat("ab\r", 667),
		"a mark inside":             strings.Repeat("ab\n\ufeff", 400),
		"the shortest":              strings.Repeat("ab\r\r\n", 500),
		"the longest":               strings.Repeat("ab\r\r\n", 1000),
		"many symbols":              manyIn(MaxContent),
	} {
		t.Run(name, func(t *testing.T) { carried(t, []byte(data), 16) })
	}
	_, err := ParseText([]byte("\ufeff" + strings.Repeat("ab\r\n", 666)))
	assert.EqualError(t, err, "the text has 1998 bytes; at least 2000 are needed")
	_, err = ParseText([]byte("\ufeff" + strings.Repeat("a\r\n", MaxText/2)))
	assert.NoError(t, err, "as long as it may be, in a file that is longer")
	for _, data := range []string{strings.Repeat("\r\n", MaxText) + "ab",
		strings.Repeat("\ufeff", MaxText) + strings.Repeat("ab", MinText)} {
		_, err = ParseText([]byte(data)[:MaxFile+1])
		assert.ErrorContains(t, err, "more than 8000000 bytes", "no part of it is learnt in its place")
	}
}

// manyIn is a text of as many symbols as have room in so many bytes.
func manyIn(bytes int) string {
	var b strings.Builder
	for r := rune(0x4e00); b.Len()+3 <= bytes; r++ {
		b.WriteRune(r)
	}
	return b.String()
}

// ownName is the name of the text in a spec.
func ownName(data []byte) string { return SHA256(sha256.Sum256).name(data) }

func TestWhatIsToldOfATextIsTrue(t *testing.T) {
	rows := Spec{Kind: KindText, Text: TextOpticks, Seq: 16, Batch: 2}
	for written, want := range map[string][]string{
		strings.Repeat("ab\n", 4000): {
			"12,000 characters: training reads the first 11,400, and the last 600 are held out for validation.",
			"3 different symbols."},
		alphabet(700): {
			"267,100 characters: training reads the first 253,745, and the last 13,355 are held out for validation.",
			"700 different symbols, of which the 511 most frequent have a number of their own; the others, 0.10 % of " +
				"the text, share one."},
		strings.Repeat(alphabet(511), 5) + "no": {
			"1,334,112 characters: training reads the first 1,267,407, and the last 66,705 are held out for " +
				"validation.",
			"513 different symbols, of which the 511 most frequent have a number of their own; the others, less than " +
				"0.01 % of the text, share one."},
	} {
		spec, text, err := TakeText(rows, []byte(written), sha256.Sum256)
		require.NoError(t, err)
		sum := Summarized(spec, text)
		assert.Equal(t, want, sum.Said)
		assert.Equal(t, spec, sum.Task)
		assert.Equal(t, min(text.Vocab(), MaxSymbols-1), len(sum.Symbols))
		for i, s := range sum.Symbols {
			assert.Equal(t, shown(text.symbols[i]), s)
		}
	}
}

// What has no shape of its own, or would turn what stands beside it around, is told by its name or its number.
func TestEverySymbolIsToldSoThatItCanBeSeen(t *testing.T) {
	spec, text, err := TakeText(Spec{Kind: KindText, Text: TextOpticks, Seq: 16, Batch: 2},
		[]byte(strings.Repeat("\t\n\x1b aé\u0301\u00a0\u202e\u200b\u2067שع\ue000\u3000字", 100)), sha256.Sum256)
	require.NoError(t, err)
	assert.Equal(t, []string{"tab", "newline", "U+001B", "space", "a", "U+00A0", "é", "◌\u0301", "ש", "ع", "U+200B",
		"U+202E", "U+2067", "U+3000", "字", "U+E000"}, Summarized(spec, text).Symbols)
}

// A document carries a short text, and only one that is what the document says it is is learnt.
func TestADocumentCarriesAShortTextAndNoOther(t *testing.T) {
	rows := Spec{Kind: KindText, Text: TextOpticks, Seq: 16, Batch: 2}
	short := strings.Repeat("carried, ", 444) // 3996 bytes
	spec, text, err := TakeText(rows, []byte("\ufeff"+short+"\r\n\r\n\r\n\r"), sha256.Sum256)
	require.NoError(t, err)
	assert.Equal(t, short+"\n\n\n\n", spec.Content, "as it is learnt")
	long, _, err := TakeText(rows, []byte(short+"12345"), sha256.Sum256)
	require.NoError(t, err)
	assert.Empty(t, long.Content)

	library.Delete(spec.Text)
	_, err = New(spec)
	assert.ErrorContains(t, err, "has to be given again", "what a document says is looked at first")
	require.NoError(t, TakeContent(spec, sha256.Sum256))
	again, err := New(spec)
	require.NoError(t, err)
	assert.Equal(t, text, again)
	require.NoError(t, TakeContent(long, sha256.Sum256))

	for want, change := range map[string]func(s *Spec){
		"this is another text than the experiment learns":            func(s *Spec) { s.Content = s.Content[1:] },
		"at least 2000 are needed":                                   func(s *Spec) { s.Content = "little" },
		"task.symbols is 7; the text has":                            func(s *Spec) { s.Symbols = 7 },
		"task.length is 3999; the text has 4000":                     func(s *Spec) { s.Length-- },
		"task.content has 4001 bytes":                                func(s *Spec) { s.Content += "x" },
		"task.length is 8000001":                                     func(s *Spec) { s.Length = MaxText + 1 },
		"rows of 4096 need at least 81960":                           func(s *Spec) { s.Seq = 4096 },
		"those of opticks are known":                                 func(s *Spec) { s.Text = TextOpticks },
		"it is for facts, languages and induction, and this is text": func(s *Spec) { s.Letters = 4 },
		"task.text is there; it is for text, and this is facts":      func(s *Spec) { s.Kind = KindFacts },
	} {
		s := spec
		change(&s)
		err := s.Validate()
		if err == nil {
			err = TakeContent(s, sha256.Sum256)
		}
		if err == nil {
			_, err = New(s)
		}
		assert.ErrorContains(t, err, want)
	}
}
