package lecture

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/story"
)

// slide is one of the lecture: what is seen, and what its speaker has in front of them.
type slide struct{ file, title, body, notes string }

func slides(t *testing.T) (all []slide) {
	t.Helper()
	for _, x := range texts(t) {
		if !regexp.MustCompile(`^[0-9]{2}-`).MatchString(x.file) {
			continue
		}
		for _, s := range strings.Split(x.source, "\n---\n") {
			head, rest, _ := strings.Cut(s, "\n")
			title, ok := strings.CutPrefix(head, "# ")
			require.True(t, ok, "%s: a slide does not begin with its title but with %q", x.file, head)
			body, notes, _ := strings.Cut(rest, "\nNote:\n")
			all = append(all, slide{x.file, title, body, notes})
		}
	}
	return all
}

var minutes = regexp.MustCompile(`\(([0-9]+) min\)\s*$`)

// TestTheLectureFitsIntoItsTime holds the lecture to what it promises: so many slides, each with notes that say how
// long it takes, and together no longer than the hour that a teacher has.
func TestTheLectureFitsIntoItsTime(t *testing.T) {
	all := slides(t)
	assert.GreaterOrEqual(t, len(all), 25)
	assert.LessOrEqual(t, len(all), 35)
	total, titles := 0, map[string]bool{}
	for _, s := range all {
		assert.False(t, titles[s.title], "two slides are called %s", s.title)
		titles[s.title] = true
		assert.GreaterOrEqual(t, len(strings.Fields(s.notes)), 40, "%s has no notes to speak of", s.title)
		m := minutes.FindStringSubmatch(s.notes)
		if assert.NotNil(t, m, "the notes of %s do not end with how long it takes", s.title) {
			n, err := strconv.Atoi(m[1])
			require.NoError(t, err)
			total += n
		}
	}
	assert.LessOrEqual(t, total, 45)
	assert.GreaterOrEqual(t, total, 40)
}

// TestTheLecturersPathIsThatOfTheSlides holds the table of the lecture on the page for teachers to the notes: at every
// minute where it goes on to another part a slide begins.
func TestTheLecturersPathIsThatOfTheSlides(t *testing.T) {
	begins, total := map[string]bool{}, 0
	for _, s := range slides(t) {
		begins[strconv.Itoa(total)] = true
		n, err := strconv.Atoi(minutes.FindStringSubmatch(s.notes)[1])
		require.NoError(t, err)
		total += n
	}
	page, err := os.ReadFile("../../site/teach/index.md")
	require.NoError(t, err)
	_, lecture, ok := strings.Cut(string(page), "\n## In 45 minutes\n")
	require.True(t, ok)
	lecture, _, _ = strings.Cut(lecture, "\n## ")
	rows := regexp.MustCompile(`(?m)^\| ([0-9]+)–([0-9]+) \|`).FindAllStringSubmatch(lecture, -1)
	require.NotEmpty(t, rows)
	for _, row := range rows {
		assert.True(t, begins[row[1]], "no slide begins at minute %s", row[1])
	}
	assert.Equal(t, strconv.Itoa(total), rows[len(rows)-1][2], "the lecture ends otherwise than its notes")
}

var lab = regexp.MustCompile("(?ms)^```lab\n(.*?)^```$")

// TestEveryLivePictureIsOneThatThereIs holds each moment of the Lab in the slides to the experiments, lessons and
// pictures that there are, and to a still that stands in its place on paper.
func TestEveryLivePictureIsOneThatThereIs(t *testing.T) {
	live, stills := 0, map[string]bool{}
	for _, s := range slides(t) {
		found := lab.FindAllStringSubmatch(s.body, -1)
		require.LessOrEqual(t, len(found), 1, "%s shows two moments at once", s.title)
		if len(found) == 0 {
			continue
		}
		live++
		of := map[string]string{}
		for line := range strings.Lines(found[0][1]) {
			name, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
			require.True(t, ok, "%s: %s", s.title, line)
			of[name] = value
		}
		e := momentOf(t, s.title, of)
		if of["at"] != "" {
			at, err := strconv.Atoi(of["at"])
			require.NoError(t, err)
			assert.Less(t, at, e.Fork(), "%s begins when the widening is over", s.title)
		}
		for _, pane := range strings.Split(of["pane"], ",") {
			assert.True(t, slices.ContainsFunc(viz.PanesOf(e), func(p viz.Pane) bool { return string(p.ID) == pane }),
				"%s: there is no picture %s", s.title, pane)
		}
		assert.GreaterOrEqual(t, len(strings.Fields(of["alt"])), 8, "%s does not say what is seen", s.title)
		assert.Empty(t, typed(of["alt"]), "%s: a number is typed in what is said of its picture", s.title)
		assert.False(t, stills[of["still"]], "two slides have the still %s", of["still"])
		stills[of["still"]] = true
		assert.Contains(t, s.notes, "LIVE", "the notes of %s do not say that its picture is live", s.title)
		info, err := os.Stat("../../site/slides/stills/" + of["still"] + ".png")
		if assert.NoError(t, err, s.title) {
			assert.LessOrEqual(t, info.Size(), int64(120<<10), "the still of %s", s.title)
		}
	}
	assert.GreaterOrEqual(t, live, 6)
}

// momentOf is the experiment that a slide shows.
func momentOf(t *testing.T, slide string, of map[string]string) experiment.Experiment {
	t.Helper()
	name := of["experiment"]
	if lesson, chapter, ok := strings.Cut(of["lesson"], "/"); ok {
		l := story.Named(lesson)
		require.NotNil(t, l, "%s: there is no lesson %s", slide, lesson)
		assert.GreaterOrEqual(t, l.Chapter(chapter), 0, "%s: %s has no chapter %s", slide, lesson, chapter)
		name = l.Experiment
	}
	e, err := experiment.Named(name)
	require.NoError(t, err, slide)
	return e
}
