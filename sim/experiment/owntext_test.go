package experiment

import (
	"crypto/sha256"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/task"
)

// own is the task of a text, in rows as Opticks is read.
func own(t testing.TB, text string) task.Spec {
	t.Helper()
	rows := task.Spec{Kind: task.KindText, Text: task.TextOpticks, Seq: 64, Batch: 8}
	spec, _, err := task.TakeText(rows, []byte(text), sha256.Sum256)
	require.NoError(t, err)
	return spec
}

func TestAReadersTextTakesThePlaceOfTheTextThatIsLearnt(t *testing.T) {
	mine, other := own(t, strings.Repeat("mine ", 2000)), own(t, strings.Repeat("other ", 2000))
	lock, err := Named("lock")
	require.NoError(t, err)
	lock.Task.Seq, lock.Task.Batch = 32, 4
	e := lock.WithText(mine, "a\tbook.txt")
	_, err = e.Validate()
	require.NoError(t, err)
	assert.Equal(t, "lock, own text", e.Name)
	assert.Equal(t, "The experiment lock with a text of its reader's own, a book.txt.", e.About)
	assert.Equal(t, mine.Text, e.Task.Text)
	assert.Equal(t, mine.Symbols, e.Vocab())
	assert.Equal(t, []int{32, 4}, []int{e.Task.Seq, e.Task.Batch}, "rows stay")
	assert.Equal(t, lock.Arms, e.Arms)
	assert.Equal(t, "opticks", lock.Task.Text, "and what it was made of is as it was")

	again := e.WithText(other, "")
	assert.Equal(t, "lock, own text", again.Name)
	assert.Equal(t, "The experiment lock with a text of its reader's own.", again.About)
	assert.Equal(t, "lock", again.Untexted())

	facts, err := Named("facts")
	require.NoError(t, err)
	e = facts.WithText(mine, strings.Repeat("長い名前", 300))
	_, err = e.Validate()
	require.NoError(t, err)
	assert.Equal(t, task.KindText, e.OnText().Task.Kind)
	assert.Equal(t, 1000, e.Steps)
	assert.Less(t, len(e.About), 300)
}

// Whatever is in a text that a document carries, its link holds it.
func TestALinkHoldsAShortText(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for name, draw := range map[string]func() rune{
		"random letters":    func() rune { return 'a' + rune(rng.IntN(26)) },
		"random characters": func() rune { return 0x4e00 + rune(rng.IntN(20000)) },
		"control codes":     func() rune { return 1 + rune(rng.IntN(8)) },
		"marks of JSON":     func() rune { return []rune(`"\<>&`)[rng.IntN(5)] },
	} {
		var b strings.Builder
		for r := draw(); b.Len()+len(string(r)) <= task.MaxContent; r = draw() {
			b.WriteRune(r)
		}
		e := Default().WithText(own(t, b.String()), "")
		require.Equal(t, b.String(), e.Task.Content, name)
		link := e.Link()
		t.Logf("%s: a link of %d characters", name, len(link))
		assert.Less(t, len(link), 8000, name)
		v, err := FromLink(link)
		require.NoError(t, err, name)
		assert.Equal(t, e, v.Experiment(), name)
	}
}
