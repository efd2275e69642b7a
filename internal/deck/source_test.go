package deck

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/lecture"
	"github.com/sparkling-lab/sparkling/internal/markup"
)

func TestAFileIsCutIntoSlidesAndNotes(t *testing.T) {
	slides, err := Split("a.md", "# One\ntext\n\nNote:\nsaid\n---\n# Two\n```\n---\nNote:\n```\nNote:\r\nmore\n")
	require.NoError(t, err)
	require.Len(t, slides, 2)
	assert.Equal(t, "# One\ntext\n\n", slides[0].Body.Text)
	assert.Equal(t, "said\n", slides[0].Notes.Text)
	assert.Equal(t, []int{1, 5}, []int{slides[0].Body.Line, slides[0].Notes.Line})
	assert.Equal(t, "# Two\n```\n---\nNote:\n```\n", slides[1].Body.Text, "a fenced block cuts nothing")
	assert.Equal(t, "more\n", slides[1].Notes.Text)
	assert.Equal(t, []int{7, 13}, []int{slides[1].Body.Line, slides[1].Notes.Line})
}

func TestWhatIsNoSlideIsNamedWithItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"# A\n":                              "a.md:1: the slide has no notes",
		"# A\nNote:\nx\n---\n":               "a.md:5: the slide is empty",
		"# A\nNote:\nx\n---\n\n---\n# B\n":   "a.md:5: the slide is empty",
		"# A\nNote:\nx\nNote:\ny\n":          "a.md:4: the slide has notes already",
		strings.Repeat("x", 1<<20) + "Note:": "at most 1048576",
	} {
		_, err := Split("a.md", text)
		assert.ErrorContains(t, err, want)
	}
}

// What is cut is all there, in its order, and each part knows its line.
func FuzzSplit(f *testing.F) {
	f.Add("# One\nNote:\nsaid\n---\n# Two\n~~~\n---\n~~~\nNote:\nx")
	f.Add("---\n---\n")
	f.Fuzz(func(t *testing.T, text string) {
		slides, err := Split("a.md", text)
		if err != nil {
			return
		}
		lines := strings.SplitAfter(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
		next := 1
		for _, s := range slides {
			for _, part := range []struct {
				line int
				text string
			}{{s.Body.Line, s.Body.Text}, {s.Notes.Line, s.Notes.Text}} {
				require.Equal(t, next, part.line)
				n := len(strings.SplitAfter(part.text, "\n"))
				if strings.HasSuffix(part.text, "\n") || part.text == "" {
					n--
				}
				require.Equal(t, strings.Join(lines[part.line-1:part.line-1+n], ""), part.text)
				next = part.line + n + 1
			}
		}
	})
}

func TestALabIsReadStrictly(t *testing.T) {
	l, err := parseLab("lesson: lock/equal\npane: copies, loss\nhide: text\nat: 300\nuntil: 499\nstill: lock\n" +
		"end: 800\n\n" +
		"alt: Pairs: grey.\n")
	require.NoError(t, err)
	assert.Equal(t, "../?embed&type=24&pane=copies,loss&hide=text&at=300&until=499#lesson=lock/equal", l.address())
	assert.Equal(t, "Pairs: grey.", l.Alt)
	assert.Equal(t, []string{"stills/lock.png", "stills/lock-end.png"}, l.stills())
	assert.Equal(t, 2, strings.Count(string(l.html()), "<img "))
	l, err = parseLab("experiment: facts\nstill: a\nalt: \"><script>\n")
	require.NoError(t, err)
	assert.Equal(t, "../?embed&type=24#facts", l.address())
	assert.NotContains(t, l.html(), "<script>")
	assert.Equal(t, []string{"stills/a.png"}, l.stills(), "one for the screen and for paper")
	const rest = "still: a\nalt: b\n"
	for text, want := range map[string]string{
		"lesson: lock":           "still: is missing",
		"lesson: lock\nstill: a": "alt: is missing",
		rest:                     "a lesson or an experiment",
		"lesson: lock\nexperiment: facts\n" + rest: "a lesson or an experiment",
		"lesson: nothing\n" + rest:                 `no lesson "nothing"`,
		"lesson: lock/nothing\n" + rest:            `no chapter "nothing"; it has `,
		"experiment: nothing\n" + rest:             `no experiment "nothing"`,
		"experiment: facts\npane: a,b,c\n" + rest:  "pane names 3; it may name 2",
		"experiment: facts\npane: A\n" + rest:      `pane has "A"`,
		"experiment: facts\nat: 0\n" + rest:        "a step from 1",
		"experiment: facts\nat: -1\n" + rest:       "a step from 1",
		"experiment: facts\nuntil: 1e3\n" + rest:   `until is "1e3"; it is a step from 1`,
		"experiment: facts\nend: 1000001\n" + rest: `end is "1000001"; it is a step from 1`,
		"experiment: facts\ncolour: red\n" + rest:  `"colour" is not known`,
		"experiment: facts\nstill: ../a\nalt: b":   "still is",
		"experiment: facts\n" + rest + rest:        "still is there twice",
		"experiment":                               "is not a name, a colon and a value",
	} {
		_, err := parseLab(text)
		assert.ErrorContains(t, err, want, text)
	}
}

func FuzzLab(f *testing.F) {
	f.Add("lesson: lock/equal\npane: copies\nstill: lock\nalt: b\n")
	f.Add("experiment: facts\nat: 12\nuntil: 20\nend: 30\nhide: bar,text\nstill: a\nalt: <b>\n")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := parseLab(text)
		if err != nil {
			return
		}
		assert.Regexp(t, `^\.\./\?embed&type=24(&pane=[a-z0-9,-]+)?(&hide=[a-z0-9,-]+)?(&at=[1-9][0-9]*)?`+
			`(&until=[1-9][0-9]*)?#[a-z0-9=/-]+$`, l.address())
		assert.Equal(t, 2+len(l.stills()), strings.Count(string(l.html()), "<"), "the frame's place and its stills: %s",
			l.html())
	})
}

func TestColumnsStandBesideEachOther(t *testing.T) {
	left, right := "<div class=\"left narrow\">\n<p>a &amp; b</p>\n</div>\n",
		"<div class=\"right\">\n<div>c</div></div>"
	both := func(s string) string { return "<div class=\"columns\">\n" + s + "\n</div>" }
	for html, want := range map[string]string{
		"<h1>t</h1>\n" + left + right + "\n<p>d</p>\n": "<h1>t</h1>\n" + both(left+right) + "\n<p>d</p>\n",
		left + right + left + right:                    both(left+right) + both(left+right),
		left + "<p>x</p>" + right:                      left + "<p>x</p>" + right,
		right + left:                                   right + left,
		"<p>é</p>" + left + right:                      "<p>é</p>" + both(left+right),
	} {
		got, err := columns(html)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err := columns("<p>")
	assert.Error(t, err)
}

// A strict policy refuses inline styles: each becomes a class.
func TestFormulasHaveNoInlineStyles(t *testing.T) {
	f := &formulas{}
	got := f.classes(`<math class="a" style="x:1;"><mo style="y:2;">&lt;</mo><mi>style="z"</mi><mo style="x:1;"/>` +
		`</math>`)
	assert.Equal(t, `<math class="a math-0"><mo class="math-1">&lt;</mo><mi>style="z"</mi><mo class="math-0"/></math>`,
		got)
	assert.Equal(t, ".math-0 { x:1; }\n.math-1 { y:2; }\n", f.sheet())
}

func TestVerdictsHaveMarksAndWords(t *testing.T) {
	numbers, err := lecture.Open("../..")
	require.NoError(t, err)
	d := &deck{numbers: numbers}
	html, err := d.grid(markup.Block{Text: "\n"})
	require.NoError(t, err)
	for word, m := range verdictMarks {
		said, err := numbers.Slot("verdicts", []string{word})
		require.NoError(t, err)
		cell := fmt.Sprintf(`<td aria-label="%s"><i class="mark %[1]s" aria-hidden="true">%s</i></td>`, word, m.sign)
		assert.Equal(t, string(said), fmt.Sprint(strings.Count(string(html), cell)), "verdicts that are %s", word)
		assert.Contains(t, markSheet(), fmt.Sprintf(".mark.%s { color: #", word))
	}
	_, err = d.grid(markup.Block{Text: "lock"})
	assert.ErrorContains(t, err, "says nothing by itself")
	_, err = mark([]string{"maybe"})
	assert.ErrorContains(t, err, "agrees, disagrees, open")
}

func TestArmsHaveTheHuesOfTheLab(t *testing.T) {
	got, err := arm([]string{"copy"})
	require.NoError(t, err)
	assert.Equal(t, `<b class="arm arm-copy">Copy</b>`, string(got))
	_, err = arm([]string{"wide"})
	assert.ErrorContains(t, err, "asymmetric, copy, drop, small, sparkling")
	for id := range arms {
		assert.Contains(t, armSheet(), fmt.Sprintf(".arm-%s { color: #", id))
	}
	assert.NotContains(t, armSheet(), `content: "\a0"`, "each has a marker")
}
