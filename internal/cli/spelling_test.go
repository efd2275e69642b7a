package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/llama"
	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/sim/tokens/tokenizer"
)

// book is a reader's own text, and what is asked of its tokenizer: characters of one to four bytes.
var (
	book  = strings.Repeat("Die größte Güte\nkostet 5 €, und 𝄞 klingt.\n", 60)
	asked = []string{"größte Güte\n𝄞 5 €,", " \n\n  und"}
)

// spelt is the folder of an arm of a run that has learnt the book, and the numbers that its texts have in the task.
func spelt(t *testing.T) (arms string, ids [][]int32) {
	t.Helper()
	dir := t.TempDir()
	mine, out := filepath.Join(dir, "mine.txt"), filepath.Join(dir, "out")
	require.NoError(t, os.WriteFile(mine, []byte(book), 0o644))
	code, _, err := run("run", "--text", mine, "--steps", "8", "--out", out, "--checkpoints", file(t, nil))
	require.Zero(t, code, err)
	text, oops := task.ParseText([]byte(book))
	require.NoError(t, oops)
	for _, a := range asked {
		all, err := task.Ids(text, a)
		require.NoError(t, err)
		ids = append(ids, all)
	}
	return filepath.Join(out, armsFolder), ids
}

// Beside the network of every arm lies the tokenizer of its text, and a widened one keeps it.
func TestNetworksOfARunCarryTheTokenizerOfTheirText(t *testing.T) {
	arms, want := spelt(t)
	wide := filepath.Join(t.TempDir(), "wide")
	code, _, err := run("widen", "--model", filepath.Join(arms, "1-small"), "--out", wide, "--axis", "joint")
	require.Zero(t, code, err)
	for _, dir := range []string{filepath.Join(arms, "1-small"), filepath.Join(arms, "4-sparkling"), wide} {
		data, err := os.ReadFile(filepath.Join(dir, "tokenizer.json"))
		require.NoError(t, err)
		by, err := tokenizer.Read(data)
		require.NoError(t, err)
		for i, a := range asked {
			ids, err := by.Encode(nil, a)
			require.NoError(t, err)
			assert.Equal(t, want[i], wider(ids), "%s: %q", dir, a)
		}
	}
}

// What run leaves llama.cpp reads and writes text with, in the same tokens.
func TestLlamaReadsTextForANetworkOfARun(t *testing.T) {
	testneed.Here(t, llama.Available())
	arms, want := spelt(t)
	to := filepath.Join(t.TempDir(), "sparkling.gguf")
	code, _, err := run("export", "--model", filepath.Join(arms, "4-sparkling"), "--gguf", to)
	require.Zero(t, code, err)
	answers, oops := llama.Ask(t.Context(), llama.Question{File: to, Texts: asked})
	require.NoError(t, oops)
	assert.Equal(t, want, answers[0].Tokens)
	assert.Equal(t, asked, answers[0].Texts)
}

// Each kind of task whose symbols are characters has a tokenizer; one whose symbols are numbers of two digits has none.
func TestATaskOfCharactersHasATokenizer(t *testing.T) {
	many := strings.Builder{}
	for r := rune(0x4e00); r < 0x4e00+600; r++ {
		many.WriteString(strings.Repeat(string(r), 1+int(0x4e00+600-r)/100))
	}
	shared, err := task.ParseText([]byte(many.String()))
	require.NoError(t, err)
	opticks, err := task.New(experiment.Default().Task)
	require.NoError(t, err)
	light, err := task.Ids(opticks, "light, (colours)")
	require.NoError(t, err)
	sums := func(modulus int) task.Task { return task.NewSums(task.Spec{Kind: task.KindSums, Modulus: modulus}) }
	for name, c := range map[string]struct {
		of   task.Task
		text string
		ids  []int32 // the numbers that the task gives its symbols; none where it has no tokenizer
	}{
		"text":         {opticks, "light, (colours)", light},
		"many symbols": {shared, "一\u5057丁", []int32{0, 511, 1}},
		"facts":        {task.NewFacts(24, 1, false), " abx", []int32{0, 1, 2, 24}},
		"induction":    {task.NewInduction(30), "az3", []int32{0, 25, 29}},
		"languages":    {task.NewLanguages(3, 6, 1), "CfA", []int32{8, 5, 6}},
		"small sums":   {sums(7), "34=0", []int32{3, 4, 7, 0}},
		"sums":         {sums(23), "", nil},
	} {
		beside, err := spelling(c.of)
		require.NoError(t, err)
		if c.ids == nil {
			assert.Empty(t, beside, name)
			continue
		}
		by, err := tokenizer.Read(beside["tokenizer.json"])
		require.NoError(t, err, name)
		assert.Equal(t, c.of.Vocab(), by.Symbols(), name)
		ids, err := by.Encode(nil, c.text)
		require.NoError(t, err, name)
		assert.Equal(t, c.ids, wider(ids), name)
	}
}

// wider are the same numbers.
func wider(ids []uint16) (all []int32) {
	for _, id := range ids {
		all = append(all, int32(id))
	}
	return all
}
