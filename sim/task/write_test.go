package task

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func spelt(t Task, ids []int32) (s string) {
	for _, id := range ids {
		s += t.Symbol(id)
	}
	return s
}

func TestWhatAReaderWritesIsReadInTheSymbolsOfTheText(t *testing.T) {
	ids, err := Ids(Opticks(), "the rays\nof light, 1704")
	require.NoError(t, err)
	assert.Equal(t, "the rays\nof light, 1704", spelt(Opticks(), ids))
	ids, err = Ids(Opticks(), "")
	assert.NoError(t, err)
	assert.Empty(t, ids)
}

func TestCharactersThatTheTextLacksAreRefusedByName(t *testing.T) {
	for prompt, why := range map[string]string{
		"The":        "the text that is learnt has no 'T' (it has 't')",
		"a\tÉ é a\t": `the text that is learnt has no '\t', no 'É', no 'é'`,
		"\x1b[31m":   `the text that is learnt has no '\x1b', no '['`,
		"光":          "the text that is learnt has no '光'",
	} {
		_, err := Ids(Opticks(), prompt)
		assert.EqualError(t, err, why)
	}
}

// The rarest characters of a text of many share a symbol: no prompt can have one, and it is said that this is why. A
// character that looks like that symbol is another.
func TestRareCharactersAreRefusedForWhatTheyAre(t *testing.T) {
	rare := string(rune(0x4e00 + 650))
	text, err := ParseText([]byte(alphabet(700) + strings.Repeat("\ufffd", 5000)))
	require.NoError(t, err)
	ids, err := Ids(text, "\ufffd一")
	require.NoError(t, err)
	assert.Equal(t, "\ufffd一", spelt(text, ids))
	assert.Less(t, ids[0], int32(MaxSymbols-1), "its own number, not the shared one")
	_, err = Ids(text, "一"+rare+rare)
	assert.EqualError(t, err, "'"+rare+"' cannot be written: it is among the rarest characters of the text that is "+
		"learnt, which share one symbol")
	_, err = Ids(text, "a"+rare)
	assert.EqualError(t, err, "the text that is learnt has no 'a'")

	without, err := ParseText([]byte(alphabet(700)))
	require.NoError(t, err)
	_, err = Ids(without, "\ufffd")
	assert.EqualError(t, err, "the text that is learnt has no '\ufffd'")
	seldom, err := ParseText([]byte(alphabet(600) + "\ufffd" + alphabet(700)))
	require.NoError(t, err)
	_, err = Ids(seldom, "\ufffd")
	assert.ErrorContains(t, err, "among the rarest characters")
}

func TestAnOpeningIsHowTheValidationSplitBegins(t *testing.T) {
	ids := Opening(Opticks())
	all, train := Opticks().Len()
	rest := make([]int32, all-train-1)
	Opticks().Window(train, rest, make([]int32, len(rest)))
	begin := spelt(Opticks(), ids)
	at := strings.Index(spelt(Opticks(), rest), begin)
	assert.True(t, at > 0 && at <= opening/2, "%q at %d", begin, at)
	assert.NotEmpty(t, strings.TrimSpace(begin[:1]), "a whole word")
	one, err := ParseText([]byte(strings.Repeat("光影", 700)))
	require.NoError(t, err)
	assert.Len(t, Opening(one), opening, "a text without spaces")
}
