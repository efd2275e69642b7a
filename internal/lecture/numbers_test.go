package lecture

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/reproduce"
	"github.com/sparkling-lab/sparkling/viz/story"
)

var opened = sync.OnceValues(func() (*Numbers, error) { return Open("../..") })

// numbers are those of the project.
func numbers(t *testing.T) *Numbers {
	t.Helper()
	n, err := opened()
	require.NoError(t, err)
	return n
}

// says is what a slot stands for.
func says(t *testing.T, slot string) string {
	t.Helper()
	words := strings.Fields(slot)
	out, err := numbers(t).Slot(words[0], words[1:])
	require.NoError(t, err, slot)
	return string(out)
}

// TestTheLectureSaysWhatTheLessonsAndTheReportSay holds the slots to what others made of the same runs.
func TestTheLectureSaysWhatTheLessonsAndTheReportSay(t *testing.T) {
	lessons := story.Reported()
	facts := lessons.Facts
	for slot, want := range map[string]string{
		"seeds facts-adamw-0.95":                                     fmt.Sprint(facts.Seeds),
		"more facts-adamw-0.95 sparkling copy size":                  fmt.Sprintf("%.0f", facts.Sparkling.Mean),
		"more facts-adamw-0.95 sparkling copy positive":              fmt.Sprint(facts.Sparkling.Positive),
		"more facts-adamw-0.95 copy small size":                      fmt.Sprintf("%.0f", facts.Small.Mean),
		"more facts-adamw-0.95 rewarm-all sparkling mean":            fmt.Sprintf("+%.0f", facts.All.Mean),
		"difference adamw-0.999 sparkling asymmetric mean":           fmt.Sprintf("−%.4f", lessons.Losses.Sparkling),
		"difference adamw-0.999 copy-rewarm-all copy size":           fmt.Sprintf("%.4f", lessons.Losses.Locked),
		"difference adamw-0.999 copy-copy/sparkling rewarm-all mean": fmt.Sprintf("+%.4f", lessons.Losses.All),
		"more facts-adamw-0.95 sparkling copy interval": fmt.Sprintf("+%.0f to +%.0f", facts.Sparkling.Low,
			facts.Sparkling.High),
	} {
		assert.Equal(t, want, says(t, slot), slot)
	}
	for _, claim := range reproduce.Claims() {
		for _, s := range reproduce.Settings() {
			j := reproduce.Judge(claim, s, numbers(t).findings.Results)
			assert.Equal(t, j.Verdict.Word(), says(t, "verdict "+s.ID+" "+claim.ID))
			for k, f := range j.Findings {
				assert.Equal(t, f.Verdict.Word(), says(t, fmt.Sprintf("part %s %s %d verdict", s.ID, claim.ID, k+1)))
			}
		}
	}
	assert.Equal(t, fmt.Sprint(len(reproduce.Claims())*len(reproduce.Settings())), says(t, "verdicts all"))
}

// TestSlotsSayWhatTheirSourcesSay takes each kind of number once, beside what it is in the report's text, the
// experiment's document or the paper's table.
func TestSlotsSayWhatTheirSourcesSay(t *testing.T) {
	for slot, want := range map[string]string{
		"ends adamw-0.999 sparkling":                   "1.6858", // report.md, final losses
		"ends facts-muon random-copy/sparkling":        "0.3710",
		"ends-known facts-adamw-0.95 sparkling":        "1,013",
		"cosine adamw-0.95 asymmetric":                 "0.986",
		"rise adamw-0.999 sparkling":                   "0.0000",
		"rise adamw-0.999 unscaled":                    "0.0811",
		"locked muon copy":                             "12 of 12",
		"locked muon asymmetric":                       "0 of 12",
		"difference muon copy small negative":          "0",
		"part adamw-0.95 4b 3 mean":                    "+0.0029",
		"verdicts agrees":                              "32",
		"verdicts open 4b":                             "2",
		"claims":                                       "14",
		"planned adamw-0.95":                           "8",
		"planned facts-muon":                           "12",
		"burst 0.999 facts":                            "3.40",
		"holds adamw-0.999 rewarm-all below sparkling": "",
		"holds adamw-0.999 copy undecided small":       "",
		"judged muon,facts-muon 1 agrees":              "",
		"judged adamw-0.95 5/1 disagrees":              "",
		"holds muon,facts-muon sparkling below copy":   "",
		"experiment facts questions":                   "1,296",
		"experiment facts fork":                        "300",
		"experiment facts share":                       "30",
		"experiment facts beta2":                       "0.95",
		"experiment facts neurons":                     "64",
		"experiment facts neurons-wide":                "128",
		"experiment facts params":                      "13,920",
		"experiment facts params-wide":                 "20,064",
		"experiment default rho":                       "1.3",
		"experiment default tau":                       "10",
		"experiment compute equal-compute":             "873",
		"plan small active":                            "449.50 M", // the paper's Table 2, counted exactly
		"plan inner active":                            "751.49 M",
		"plan hidden total":                            "5.13 B",
		"plan joint scratch":                           "18.04",
		"plan joint widened":                           "11.71",
		"plan joint saving":                            "35.0 %",
		"factor copied 16 32":                          "0.500",
		"factor independent 16 32":                     "0.707",
		"factor copied 16 24":                          "0.632", // 1/sqrt(1+3/2)
		"run facts asked":                              "1,296",
		"run copy locked":                              "64",
		"run copy weight-cosine":                       "1.00",
		"update copy w′ relation":                      "=",
		"update asymmetric g relation":                 "=",
		"update asymmetric m relation":                 "≠",
	} {
		assert.Equal(t, want, says(t, slot), slot)
	}
}

// TestWhatIsNotUnderstoodIsRefusedByName holds that no slot is ever filled with something else than was asked for.
func TestWhatIsNotUnderstoodIsRefusedByName(t *testing.T) {
	for slot, why := range map[string]string{
		"hamlet":                               "there is no number called hamlet; there are burst,",
		"ends adamw-0.999":                     "it has 1 arguments; ends takes SETTING ARM",
		"ends sgd sparkling":                   "there is no setting sgd; there are adamw-0.95,",
		"ends adamw-0.999 hamlet":              "there is no arm hamlet; there are copy-copy/asymmetric,",
		"ends-known adamw-0.999 sparkling":     "it was not measured",
		"locked adamw-0.999 small":             "the pairs of small were not measured",
		"difference muon copy small median":    "there is no number of a difference median; there are interval,",
		"part muon 4b 9":                       "there is no part 9; claim 4b has 1 to 4",
		"verdict muon 6":                       "there is no claim 6; there are 1,",
		"verdicts good":                        "there is no verdict good",
		"verdicts open 6":                      "there is no claim 6",
		"holds muon copy below small":          "it does not hold: in muon copy is above small",
		"holds muon copy under small":          "there is no relation under",
		"judged muon,facts-muon 4a agrees":     "it does not hold: in facts-muon claim 4a is judged as open",
		"judged adamw-0.95 5/1 agrees":         "it does not hold: in adamw-0.95 claim 5/1 is judged as disagrees",
		"judged muon 5/9 open":                 "there is no part 9; claim 5 has 1 to 3",
		"judged muon 1 good":                   "it does not hold",
		"burst 1 facts":                        "1 is no β2",
		"experiment hamlet steps":              "hamlet",
		"experiment facts equal-compute":       "no arm of facts stops at equal compute",
		"experiment facts weather":             "there is no field of an experiment weather",
		"plan wide active":                     "there is no network wide; there are hidden, inner, joint, small",
		"plan small saving":                    "small is not widened",
		"factor copied 16 0":                   "0 is no width",
		"factor copied 16 8":                   "8 is narrower than 16",
		"run hamlet known":                     "there is no arm hamlet",
		"run small pairs":                      "there is no field of an arm pairs; there are known, loss",
		"update drop g original":               "there is no update of drop",
		"update copy q original":               "there is no line q; there are gate,",
		"update copy g formula":                "there is no part of a line formula",
		"more adamw-0.999 sparkling copy mean": "it was not measured",
	} {
		words := strings.Fields(slot)
		_, err := numbers(t).Slot(words[0], words[1:])
		assert.ErrorContains(t, err, why, slot)
	}
	_, err := Open(t.TempDir())
	assert.ErrorContains(t, err, "about.json")
}
