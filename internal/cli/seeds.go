package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/plain"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/seeds"
)

// seedsKind is the kind of a folder that holds a run for each seed, and seedsName the numbers of all of them in it.
const (
	seedsKind = "seeds"
	seedsName = "seeds.csv"
)

// parseSeeds reads a list of seeds and of ranges of them.
func parseSeeds(s string) (out []uint64, err error) {
	wrong := fmt.Errorf("--seeds is %q; allowed are %d to %d different seeds, as 1-8 or 1,2,5", s, seeds.Least,
		seeds.Most)
	for part := range strings.SplitSeq(s, ",") {
		from, to, ranged := strings.Cut(part, "-")
		first, err := experiment.ParseSeed(from)
		last := first
		if err == nil && ranged {
			last, err = experiment.ParseSeed(to)
		}
		if err != nil || last < first || last-first >= seeds.Most {
			return nil, wrong
		}
		for n := range last - first + 1 {
			out = append(out, first+n)
		}
	}
	distinct := slices.Clone(out)
	slices.Sort(distinct)
	if len(slices.Compact(distinct)) != len(out) || len(out) < seeds.Least || len(out) > seeds.Most {
		return nil, wrong
	}
	return out, nil
}

// overSeeds runs the experiment once for each seed, and prints what all of them came to together, also where it is
// interrupted: the runs that have ended by then.
func (v runVerb) overSeeds(e *env) error {
	list, err := parseSeeds(v.Seeds)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		given bool
		name  string
	}{{v.Seed != nil, "--seed"}, {v.Resume != "", "--resume"}, {v.Checkpoints, "--checkpoints"},
		{v.Write != nil, "--write"}} {
		if f.given {
			return fmt.Errorf("--seeds runs several experiments; leave out %s", f.name)
		}
	}
	doc, err := v.experiment(e)
	if err != nil {
		return err
	}
	var to *durable.Claim
	if v.Out != "" {
		if to, err = durable.Take(v.Out, seedsKind); err != nil {
			return err
		}
		defer to.Release()
		if err := to.Check(seedsName); err != nil {
			return err
		}
	}
	exp := doc.Experiment()
	runs := make([]seeds.Run, len(list))
	for k, seed := range list {
		runs[k] = seeds.Waiting(exp, seed)
	}
	by, err := v.engine(e, exp)
	if err != nil {
		return err
	}
	v.by = &by
	here := *e
	here.err = &onceEach{w: e.err, said: map[string]bool{}}
	var unwell error // the first that was wrong with a run which has ended all the same
	for k, seed := range list {
		err := v.ofSeed(&here, seed, &runs[k])
		if err != nil && !runs[k].Ended {
			if errors.Is(err, errInterrupted) {
				return cmp.Or(v.printSeeds(e, to, seeds.Summarize(exp, runs)), err)
			}
			return fmt.Errorf("seed %d: %w", seed, err)
		}
		if err != nil && unwell == nil {
			unwell = fmt.Errorf("seed %d: %w", seed, err)
		}
	}
	return cmp.Or(v.printSeeds(e, to, seeds.Summarize(exp, runs)), unwell)
}

// ofSeed runs the experiment with a seed, and reads what it came to.
func (v runVerb) ofSeed(e *env, seed uint64, into *seeds.Run) error {
	v.Seeds, v.Seed = "", &seed
	if v.Out != "" {
		v.Out = filepath.Join(v.Out, fmt.Sprintf("seed-%d", seed))
	}
	return v.once(e, fmt.Sprintf("seed %d, ", seed), func(rec *record.Record, arms []record.ArmStatus) error {
		going := slices.ContainsFunc(arms, func(a record.ArmStatus) bool { return a.State == record.Running })
		*into = seeds.Read(rec, arms, !going)
		return nil
	})
}

// printSeeds leaves the numbers in the folder, if there is one, and prints the table.
func (v runVerb) printSeeds(e *env, to *durable.Claim, s *seeds.Summary) error {
	if to != nil {
		if err := to.Write(durable.Output{Name: seedsName, Write: s.WriteCSV}); err != nil {
			return err
		}
	}
	if v.JSON {
		return indented(e.out, seedsJSON(s))
	}
	rows := s.Rows()
	printSeedRows(e.out, s, s.Measured(), rows)
	if s.Counted() {
		fmt.Fprintln(e.out)
		printSeedRows(e.out, s, "Final validation loss, nats", s.LossRows())
	}
	fmt.Fprintln(e.out)
	for _, sentences := range s.Sentences() {
		for _, line := range wrap(sentences, columns) {
			fmt.Fprintln(e.out, line)
		}
	}
	return nil
}

// onceEach lets each message through once: what is to be known of one seed's run is to be known of all.
type onceEach struct {
	w    io.Writer
	said map[string]bool
}

// Write implements io.Writer.
func (o *onceEach) Write(message []byte) (int, error) {
	if o.said[string(message)] {
		return len(message), nil
	}
	o.said[string(message)] = true
	return o.w.Write(message)
}

// printSeedRows prints a table of all arms.
func printSeedRows(w io.Writer, s *seeds.Summary, measured string, rows []seeds.Row) {
	minus := "paired difference"
	if s.Base >= 0 {
		minus = "minus " + plain.Line(s.Arms[s.Base].Name)
	}
	interval := fmt.Sprintf("%.0f %% interval", 100*seeds.Confidence)
	fmt.Fprintf(w, "%s, %s\n", measured, seeds.Count(s.Ended))
	t := &aligned{w: w}
	fmt.Fprintf(t, "arm\tmean\t%s\t%s\t%s\tbetter in\n", interval, minus, interval)
	for _, r := range rows {
		name := wrap(plain.Line(r.Name), nameWidth)
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", name[0], cmp.Or(r.Mean, "-"), cmp.Or(r.Range, "-"),
			cmp.Or(r.Diff, "-"), cmp.Or(r.DiffRange, "-"), cmp.Or(r.Better, "-"))
		for _, rest := range name[1:] {
			fmt.Fprintf(t, "%s\t\t\t\t\t\n", rest)
		}
	}
	_ = t.Flush() // where nothing more can be printed, what is printed next says so
}

// seedMean is a mean over seeds in JSON: null where there is none.
type seedMean struct {
	Seeds int    `json:"seeds"`
	Mean  number `json:"mean"`
	Low   number `json:"low"`
	High  number `json:"high"`
}

func meanJSON(m seeds.Mean) *seedMean {
	if m.N == 0 {
		return nil
	}
	return &seedMean{m.N, number(m.Mean), number(m.Low), number(m.High)}
}

// seedsJSON is what --json prints: of each arm its means and, by seed, what they are of.
func seedsJSON(s *seeds.Summary) any {
	type end struct {
		Seed  uint64 `json:"seed"`
		Loss  number `json:"full_val_loss"`
		Right *int   `json:"right"`
		Lost  string `json:"lost,omitempty"`
	}
	type arm struct {
		Name      string    `json:"name"`
		Loss      *seedMean `json:"full_val_loss"`
		LossDiff  *seedMean `json:"full_val_loss_minus_baseline"`
		Known     *seedMean `json:"right"`
		KnownDiff *seedMean `json:"right_minus_baseline"`
		Runs      []end     `json:"runs"`
	}
	out := struct {
		Experiment experiment.Experiment `json:"experiment"`
		Confidence float64               `json:"confidence"`
		Baseline   *int                  `json:"baseline"`
		Arms       []arm                 `json:"arms"`
	}{Experiment: s.Experiment, Confidence: seeds.Confidence}
	if s.Base >= 0 {
		out.Baseline = &s.Base
	}
	for i, a := range s.Arms {
		one := arm{a.Name, meanJSON(a.Loss), meanJSON(a.LossDiff), meanJSON(a.Known), meanJSON(a.KnownDiff), nil}
		for _, r := range s.Runs {
			if !r.Ended {
				continue
			}
			x := end{Seed: r.Seed, Loss: number(r.Arms[i].Loss), Lost: r.Arms[i].Lost}
			if r.Arms[i].Asked > 0 {
				x.Right = &r.Arms[i].Right
			}
			one.Runs = append(one.Runs, x)
		}
		out.Arms = append(out.Arms, one)
	}
	return out
}
