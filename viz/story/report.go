package story

import (
	_ "embed"
	"fmt"
	"sync"
)

// Report are the numbers of the report that sentences use: made beforehand, by many runs, and written by `sparkling
// reproduce --render`.
type Report struct {
	// mean differences of the full validation loss on Opticks, AdamW with beta2 0.999, in nats a character
	Losses struct {
		Seeds     int     `json:"seeds"`
		Sparkling float64 `json:"sparkling"` // by which SPARKLING ends below Asymmetric reset
		Locked    float64 `json:"locked"`    // a locked copy whose rates are all raised below Copy
		All       float64 `json:"all"`       // a re-warmup of every rate below SPARKLING
	} `json:"losses"`
	Facts *Facts `json:"facts"` // nil before they are measured
}

// Facts are differences of facts known at the end, AdamW with beta2 0.95.
type Facts struct {
	Seeds      int      `json:"seeds"`
	Sparkling  Interval `json:"sparkling"`  // SPARKLING - Copy
	Small      Interval `json:"small"`      // Copy - Small
	Asymmetric Interval `json:"asymmetric"` // Asymmetric reset - Copy
	All        Interval `json:"all"`        // a re-warmup of every rate - SPARKLING
}

// Interval is a mean difference over seeds, and between what it lies with a confidence of 95 %.
type Interval struct {
	Mean float64 `json:"mean"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	// the seeds in which it is above zero
	Positive int `json:"positive"`
}

//go:embed report.json
var reportFile []byte

// Reported are the numbers of the report.
var Reported = sync.OnceValue(func() (r Report) {
	if err := strict(reportFile, &r); err != nil {
		panic(err) // a file of this package is wrong, which its tests find
	}
	return r
})

// ofReport are the numbers that a sentence may ask for, by name; an empty one is not measured, and hides it.
var ofReport = func() map[string]func(Report) string {
	out := map[string]func(Report) string{
		"seeds":       func(r Report) string { return fmt.Sprint(r.Losses.Seeds) },
		"sparkling":   func(r Report) string { return fmt.Sprintf("%.3f", r.Losses.Sparkling) },
		"locked":      func(r Report) string { return fmt.Sprintf("%.3f", r.Losses.Locked) },
		"all":         func(r Report) string { return fmt.Sprintf("%.3f", r.Losses.All) },
		"facts-seeds": func(r Report) string { return ifFacts(r, func() string { return fmt.Sprint(r.Facts.Seeds) }) },
	}
	for name, of := range map[string]func(Report) Interval{
		"facts-sparkling": func(r Report) Interval { return r.Facts.Sparkling },
		"facts-small":     func(r Report) Interval { return r.Facts.Small },
		"facts-all":       func(r Report) Interval { return r.Facts.All },
	} {
		number := func(of func(Report) float64) func(Report) string {
			return func(r Report) string { return ifFacts(r, func() string { return fmt.Sprintf("%.0f", of(r)) }) }
		}
		out[name] = number(func(r Report) float64 { return of(r).Mean })
		out[name+"-low"] = number(func(r Report) float64 { return of(r).Low })
		out[name+"-high"] = number(func(r Report) float64 { return of(r).High })
	}
	return out
}()

func ifFacts(r Report, say func() string) string {
	if r.Facts == nil {
		return ""
	}
	return say()
}
