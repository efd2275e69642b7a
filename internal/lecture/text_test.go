package lecture

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// text is a source of the lecture.
type text struct{ file, source string }

// texts are the slides, and what lies beside the lecturer's page.
func texts(t *testing.T) (all []text) {
	t.Helper()
	for _, dir := range []string{"slides", "teach"} {
		files, err := filepath.Glob("../../site/" + dir + "/*.md")
		require.NoError(t, err)
		for _, file := range files {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			all = append(all, text{filepath.Base(file), string(data)})
		}
	}
	require.NotEmpty(t, all)
	return all
}

// noMeasurement is what may have digits: what is computed elsewhere, and what is no measurement.
var noMeasurement = func() (all []*regexp.Regexp) {
	for _, pattern := range []string{
		// slots, citations and the paper's numbers; code, where it is said which moment is shown; mathematics, but no
		// number that stands there alone, unless it is one of the two memories
		`\{\{[^}]*\}\}`, "(?ms)^```.*?^```$", "`[^`\n]*[^-−+0-9.,% `\n][^`\n]*`", `(?s)\$\$.*?\$\$`,
		`\$0\.(95|999)\$`, `\$[^$\n]*[^-−+0-9.,% $\n][^$\n]*\$`,
		// where a link leads, and comments
		`\]\([^)\s]*\)`, `<https?://[^>\s]*>`, `(?s)<!--.*?-->`,
		// the numbers of a list, of places in the paper, of minutes
		`(?m)^\s*[0-9]+\.`, `(Eq|Fig|Table|Sec|App)\.?[ \x{a0}][0-9][0-9a-z.]*((, | and |–)[0-9]+)*`,
		`[0-9]+([ \x{a0}]min(utes)?\b|-minute\b)`, `(?m)^\| [0-9]+–[0-9]+ \|`,
		// where the paper is, the confidence that is usual, names with a digit
		`\b(arXiv[ \x{a0}:]2602\.02472|ICML 2026|PMLR 306)\b`, `\b95[ \x{a0}]%`,
		`(?i)\b(six operations|six ways to break|eight exercises|a hundred updates)\b`, // 6ND; algebra
		`β2|\b(Inner|Hidden) 2x|\bA4\b|\b(16:9|4:3)\b`,
	} {
		all = append(all, regexp.MustCompile(pattern))
	}
	return all
}()

// numberWords are numbers in words that a measurement may have been; small ones count what stands beside them.
var numberWords = regexp.MustCompile(`(?i)\b(six|seven|eight|nine|ten|eleven|twelve|[a-z]+teen|` +
	`(twen|thir|for|fif|six|seven|eigh|nine)ty([- ][a-z]+)?|hundreds?|thousands?)\b`)

// typed is the first number in a source that somebody has typed, with what stands around it; empty where there is none.
func typed(source string) string {
	for _, allowed := range noMeasurement {
		source = allowed.ReplaceAllStringFunc(source, func(s string) string {
			return strings.Repeat("\n", strings.Count(s, "\n"))
		})
	}
	at := regexp.MustCompile(`[0-9]`).FindStringIndex(source)
	if at == nil {
		at = numberWords.FindStringIndex(source)
	}
	if at == nil {
		return ""
	}
	return source[max(0, at[0]-40):min(len(source), at[1]+40)]
}

// TestNoMeasuredNumberIsTypedByHand holds that every digit of slides, handout and lecturer's page is a slot's, the
// paper's, mathematics, or none that anybody measured.
func TestNoMeasuredNumberIsTypedByHand(t *testing.T) {
	for _, x := range texts(t) {
		assert.Empty(t, typed(x.source), x.file)
	}
	for _, bad := range []string{"Copy knows 843 facts.", "−0.0137", "in twelve seeds", "Forty-two facts",
		"Table 6 has 4", "1. The loss is 1.69", "some ten thousand", "Fig. 2 says 0.5", "for 3 minutes and 4 seeds",
		"$843$ facts", "`−0.0137`", "it ends at $1.69$"} {
		assert.NotEmpty(t, typed(bad), bad)
	}
	for _, good := range []string{"{{seeds muon}} seeds", "$\\beta_2 = 0.95$", "(Eq. 16, 17)", "(Eq. 21–23)",
		"Table 2", "1. The lock", "(2 min)", "A 90-minute seminar", "[the lock](../#lock=1)", "two halves",
		"```lab\nat: 300\n```"} {
		assert.Empty(t, typed(good), good)
	}
}

var slotted = regexp.MustCompile(`\{\{([^}]*)\}\}`)

// TestEveryNumberIsThereAndThePapersAreThePapers asks for every slot, so that one that is misspelt is found, and one
// whose sentence the runs no longer bear; and it holds what is marked as the paper's to what the paper says.
func TestEveryNumberIsThereAndThePapersAreThePapers(t *testing.T) {
	var paper []string
	for _, list := range papers {
		paper = append(paper, list...)
	}
	for _, x := range texts(t) {
		for _, m := range slotted.FindAllStringSubmatch(x.source, -1) {
			words := strings.Fields(m[1])
			require.NotEmpty(t, words, x.file)
			switch words[0] {
			case "arm", "mark": // names and marks in their looks, which the slides know
			case "paper":
				assert.True(t, slices.Contains(paper, words[1]), "%s: the paper does not say %s", x.file, words[1])
			case "cite":
				_, err := Cite(words[1])
				assert.NoError(t, err, "%s: %s", x.file, m[0])
			default:
				_, err := numbers(t).Slot(words[0], words[1:])
				assert.NoError(t, err, "%s: %s", x.file, m[0])
			}
		}
	}
}
