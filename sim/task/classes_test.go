package task

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// specOf is a spec with the classes of a task.
func specOf(t Task) Spec {
	switch t := t.(type) {
	case *Facts:
		return Spec{Kind: KindFacts, Letters: int(t.letters)}
	case *Languages:
		return Spec{Kind: KindLanguages, Languages: int(t.count)}
	case *Sums:
		return Spec{Kind: KindSums, Validation: float64(len(t.split))}
	case Induction:
		return Spec{Kind: KindInduction}
	}
	return Spec{Kind: KindText, Text: TextOpticks}
}

func TestEverySymbolThatIsAskedAboutIsInOneOfTheNamedClassesByWhatIsReadUpToIt(t *testing.T) {
	for name, task := range tasks(t) {
		names := specOf(task).Classes()
		require.NotEmpty(t, names, name)
		require.LessOrEqual(t, len(names), MaxClasses, name)
		assert.Len(t, slices.Compact(slices.Sorted(slices.Values(names))), len(names), "%s: names differ", name)
		set, seen := task.Questions(), map[int]bool{}
		if set.Rows == 0 {
			set = task.Live(20)
		}
		for row := range set.Rows {
			ids, labels := make([]int32, set.Seq), make([]int32, set.Seq)
			set.Fill(row, ids, labels)
			for at, y := range labels {
				if y == Ignored {
					continue
				}
				class := task.Class(ids, at)
				require.GreaterOrEqual(t, class, 0, name)
				require.Less(t, class, len(names), name)
				assert.Equal(t, class, task.Class(ids[:at+1], at), "%s: nothing that comes later matters", name)
				seen[class] = true
			}
		}
		assert.GreaterOrEqual(t, len(seen), min(len(names), 2), name)
	}
}

func TestCharactersAreOfTheKindThatAReaderSeesInThem(t *testing.T) {
	names := Spec{Kind: KindText}.Classes()
	for text, want := range map[string]string{
		"aeiouAEIOUéÖøœıаяΩ": "vowels", "bcyzBCYßñжщλ": "consonants", "日本語한글عש": "other letters",
		"0189٣½": "digits", " \n\t\u00a0": "spaces", ".,;:'-(¿+€�": "punctuation",
	} {
		for _, r := range text {
			assert.Equal(t, want, names[kind(r)], "%q", r)
		}
	}
	ids, err := Ids(Opticks(), "ray 1.")
	require.NoError(t, err)
	var said []string
	for at := range ids {
		said = append(said, names[Opticks().Class(ids, at)])
	}
	assert.Equal(t, []string{"consonants", "vowels", "consonants", "spaces", "digits", "punctuation"}, said)
}

func TestQuestionsAreToldApartByTheirSecondLetter(t *testing.T) {
	names, f := Spec{Kind: KindFacts, Letters: 7}.Classes(), NewFacts(7, 4, true)
	set, ids, labels, count := f.Live(64), make([]int32, factLen), make([]int32, factLen), map[string]int{}
	for row := range set.Rows {
		set.Fill(row, ids, labels)
		name := names[f.Class(ids, second)]
		assert.Equal(t, "_"+f.Symbol(ids[second]), name)
		count[name]++
	}
	assert.Len(t, count, 7)
	assert.Equal(t, 7, count["_a"], "with every first letter")
	assert.Negative(t, f.Class(ids, space))
}
