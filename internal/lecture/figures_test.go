package lecture

import (
	"bytes"
	"encoding/xml"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/reproduce"
)

// TestEveryFigureOfTheLectureIsShownAndSaysWhatTheSlotsSay holds the words in a figure to the slots, and each figure to
// a slide that shows it.
func TestEveryFigureOfTheLectureIsShownAndSaysWhatTheSlotsSay(t *testing.T) {
	const texts, facts = "adamw-0.999 adamw-0.95 muon", "facts-adamw-0.95 facts-muon"
	each := func(settings string, slots ...string) (all []string) {
		for s := range strings.FieldsSeq(settings) {
			for _, slot := range slots {
				all = append(all, says(t, strings.Replace(slot, "*", s, 1)))
			}
		}
		return all
	}
	worth := []string{"difference * asymmetric copy mean", "difference * sparkling asymmetric mean"}
	against := "difference * rewarm-all sparkling mean"
	want := map[string][]string{
		"puzzle": each("facts-adamw-0.95", "ends-known * small", "ends-known * copy", "ends-known * asymmetric",
			"ends-known * sparkling"),
		"worth-text": each(texts, worth...), "worth-facts": each(facts, worth...),
		"against-text": each(texts, against), "against-facts": each(facts, against),
		"equal-compute": {"Inner", "Hidden", "Both"},
		"jump-spots":    {"copy-copy", "random-random"},
		"jump-ranks":    {"Rank correlation, one axis", "Rank correlation, both axes"},
	}
	figures, err := numbers(t).Figures()
	require.NoError(t, err)
	shown := ""
	for _, s := range slides(t) {
		shown += s.body
	}
	for _, f := range figures {
		assert.Equal(t, 1, strings.Count(shown, "](figure:"+f.Name+")"), "slides that show %s", f.Name)
		require.NotEmpty(t, want[f.Name], f.Name)
		var b bytes.Buffer
		require.NoError(t, f.SVG(&b))
		for _, words := range want[f.Name] {
			assert.Contains(t, b.String(), ">"+words+"<", f.Name)
		}
		delete(want, f.Name)
	}
	assert.Empty(t, want)
}

// TestFiguresOfTheLectureLookLikeTheirVerdicts holds hue and marker of judged rows to the report's verdicts.
func TestFiguresOfTheLectureLookLikeTheirVerdicts(t *testing.T) {
	for _, s := range numbers(t).settings("text") {
		j, err := numbers(t).judged(s.ID, "5")
		require.NoError(t, err)
		for _, f := range j.Findings {
			look := map[reproduce.Verdict]string{reproduce.Reproduces: "diamond", reproduce.DoesNot: "square",
				reproduce.NotResolved: "disc"}[f.Verdict]
			assert.Equal(t, look, string(judgedRow("", f).Style.Marker), "%s, %s", s.ID, f.Part.Name)
		}
	}
}

// TestDrawingsOfSlidesAreWellFormedAndMeasureNothing holds the drawings, which are made by hand, to saying nothing that
// a run may have said.
func TestDrawingsOfSlidesAreWellFormedAndMeasureNothing(t *testing.T) {
	files, err := filepath.Glob("../../site/slides/drawings/*.svg")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	tags := regexp.MustCompile(`<[^>]*>`)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.NoError(t, xml.Unmarshal(data, new(struct{})), file)
		assert.NotRegexp(t, `[0-9]{2}|[0-9]\.`, tags.ReplaceAllString(string(data), " "), file)
	}
}
