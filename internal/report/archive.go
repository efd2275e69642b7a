package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/sim/reproduce"
)

// Open are the findings of a report from the files that lie in its folder: what it was asked to be, its runs and its
// curves. Written, they give the same report. It errs where a file is missing or damaged.
func Open(dir string) (Findings, error) {
	about, ok, err := ReadAbout(dir)
	if err != nil {
		return Findings{}, err
	} else if !ok {
		return Findings{}, fmt.Errorf("there is no %s in %s, so that no report can be written from it", aboutFile, dir)
	}
	f, err := New(about)
	if err != nil {
		return f, fmt.Errorf("%s: %w", filepath.Join(dir, aboutFile), err)
	}
	a, err := archived(dir)
	if err != nil {
		return f, err
	}
	if f.Earlier, err = Earlier(dir); err != nil {
		return f, err
	}
	return f, f.Gather(a.load)
}

// archived are the results in the CSV files of a folder.
func archived(dir string) (archive, error) {
	a := archive{}
	for _, file := range []struct {
		name string
		take func([][]string) error
	}{{runsFile, a.runs}, {curvesFile, a.curves}} {
		if err := sheetOf(filepath.Join(dir, file.name), file.take); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// Gatherer gives what it has of the results of jobs, and counts them by what made them.
type Gatherer = func(jobs []reproduce.Job, into *reproduce.Results) (map[reproduce.Provenance]int, error)

// OrArchived takes from the CSV files of a report in a folder the runs that are not where they are looked for first,
// where there are such files.
func OrArchived(first Gatherer, dir string) (Gatherer, error) {
	a, err := archived(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return first, nil
	} else if err != nil {
		return nil, err
	}
	return func(jobs []reproduce.Job, into *reproduce.Results) (map[reproduce.Provenance]int, error) {
		made, err := first(jobs, into)
		if err != nil {
			return made, err
		}
		var rest []reproduce.Job
		for _, j := range jobs {
			if _, ok := into.Of(j.Setting, j.Seed, j.Group.Entries[0].Key); !ok {
				rest = append(rest, j)
			}
		}
		more, err := a.load(rest, into)
		for by, n := range more {
			made[by] += n
		}
		return made, err
	}, nil
}

// Earlier are the runs that a report in a folder had before they were made anew, nil where it says nothing of any.
func Earlier(dir string) (*reproduce.Results, error) {
	a, of := archive{}, reproduce.NewResults()
	err := sheetOf(filepath.Join(dir, earlierFile), a.runs)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for at, r := range a {
		seed, wrong := strconv.ParseUint(at.seed, 10, 64)
		if err == nil && wrong != nil {
			err = fmt.Errorf("%s: %.40q is not a seed", filepath.Join(dir, earlierFile), at.seed)
		}
		of.Add(reproduce.Job{Setting: reproduce.Setting{ID: at.setting}, Seed: seed}, []reproduce.Result{*r})
	}
	return of, err
}

// sheetOf reads a CSV file.
func sheetOf(path string, take func([][]string) error) error {
	data, err := input.Small(path, maxFile)
	if err != nil {
		return err
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err == nil {
		err = take(rows)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// archive are the results in the CSV files of a report.
type archive map[place]*reproduce.Result

type place struct{ setting, seed, arm string }

// load gives the results of those jobs that are whole.
func (a archive) load(jobs []reproduce.Job, into *reproduce.Results) (made map[reproduce.Provenance]int, err error) {
	made = map[reproduce.Provenance]int{}
jobs:
	for _, j := range jobs {
		var of []reproduce.Result
		for _, e := range j.Group.Entries {
			r, ok := a[place{j.Setting.ID, strconv.FormatUint(j.Seed, 10), e.Key}]
			if !ok {
				continue jobs
			}
			if all := j.Experiment.Task.Questions(); r.Asked != 0 && r.Asked != all {
				return made, fmt.Errorf("%s: %s of %s, seed %d, was asked %d questions; there are %d", runsFile, e.Key,
					j.Setting.ID, j.Seed, r.Asked, all)
			}
			of = append(of, *r)
		}
		into.Add(j, of)
		made[of[0].Provenance]++
	}
	return made, nil
}

// reader reads the cells of a row and keeps the first thing that is wrong.
type reader struct {
	row []string
	err error
}

// number is a cell, NaN where it is empty.
func (r *reader) number(column, bits int) float64 {
	if r.row[column] == "" {
		return math.NaN()
	}
	return r.parse(r.row[column], bits)
}

// parse is a number that can be calculated with.
func (r *reader) parse(s string, bits int) float64 {
	x, err := strconv.ParseFloat(s, bits)
	if (err != nil || math.IsNaN(x) || math.IsInf(x, 0)) && r.err == nil {
		r.err = fmt.Errorf("%.40q is not a number", s)
	}
	return x
}

// measured is parse, but NaN of a stroke.
func (r *reader) measured(s string, bits int) float64 {
	if s == stroke {
		return math.NaN()
	}
	return r.parse(s, bits)
}

func (r *reader) count(column int) int {
	n, err := strconv.Atoi(r.row[column])
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("%.40q is not a whole number", r.row[column])
	}
	return n
}

func (r *reader) numbers(column int) []reproduce.Number {
	var out []reproduce.Number
	for _, s := range strings.Fields(r.row[column]) {
		out = append(out, reproduce.Number(r.measured(s, 32)))
	}
	return out
}

// runs takes the rows of runs.csv.
func (a archive) runs(rows [][]string) error {
	if len(rows) == 0 || !slices.Equal(rows[0], runsHead) && !slices.Equal(rows[0], runsHead[:uncountedHead]) &&
		!slices.Equal(rows[0], runsHeadBefore) {
		return fmt.Errorf("its columns are not %s", strings.Join(runsHead, ", "))
	}
	for line, row := range rows[1:] {
		c := reader{row: row}
		r := &reproduce.Result{
			Key: row[2], FinalValLoss: reproduce.Number(c.number(3, 32)),
			ValLossBefore: reproduce.Number(c.number(4, 32)), ValLossAfter: reproduce.Number(c.number(5, 32)),
			FLOPs: c.number(6, 64), MaxUnlocked: c.count(7), RatiosBefore: c.numbers(10), RatiosAfter: c.numbers(11),
			Failed:     row[12],
			Provenance: reproduce.Provenance{Revision: row[13], Arithmetic: row[14]},
		}
		if len(row) > uncountedHead && row[uncountedHead+1] != "" {
			r.Right, r.Asked = c.count(uncountedHead), c.count(uncountedHead+1)
		}
		if row[9] != "" {
			r.Pairs = []reproduce.Pairs{{Weight: reproduce.Number(c.number(8, 64)), Locked: c.count(9)}}
		}
		if c.err == nil && (r.Right < 0 || r.Right > r.Asked) {
			c.err = fmt.Errorf("%d answers are right of %d", r.Right, r.Asked)
		}
		if c.err != nil {
			return fmt.Errorf("row %d: %w", line+2, c.err)
		}
		at := place{row[0], row[1], row[2]}
		if a[at] != nil {
			return fmt.Errorf("row %d is about a run that has a row already", line+2)
		}
		a[at] = r
	}
	return nil
}

// curves takes the rows of curves.csv; those of runs.csv have to be there.
func (a archive) curves(rows [][]string) error {
	if len(rows) == 0 || len(rows[0]) < len(curvesHead) || !slices.Equal(rows[0][:len(curvesHead)], curvesHead) {
		return fmt.Errorf("its columns are not %s and steps", strings.Join(curvesHead, ", "))
	}
	head := reader{row: rows[0]}
	var steps []int
	for k := len(curvesHead); k < len(rows[0]); k++ {
		steps = append(steps, head.count(k))
	}
	if head.err != nil {
		return head.err
	}
	costs := map[string]map[int]float64{} // by arm and step, as last told
	for line, row := range rows[1:] {
		r, ok := a[place{row[0], row[1], row[2]}]
		if !ok {
			return fmt.Errorf("row %d is about an arm that %s does not have", line+2, runsFile)
		}
		c := reader{row: row}
		if row[3] == flopsCurve {
			costs[row[2]] = map[int]float64{}
		}
		if err := c.curve(r, row[3], steps, costs[row[2]]); err != nil {
			return fmt.Errorf("row %d: %w", line+2, err)
		}
	}
	return nil
}

// curve puts a row of curves.csv into the result that it is about, or into the costs of its arm.
func (r *reader) curve(of *reproduce.Result, what string, steps []int, costs map[int]float64) error {
	var pairs []reproduce.Pairs
	for k, step := range steps {
		at := k + len(curvesHead)
		if r.row[at] == "" {
			continue
		}
		switch {
		case what == valCurve || what == valCurveBefore:
			cost, ok := costs[step]
			if !ok {
				return fmt.Errorf("what the arm had cost at step %d does not stand before its loss", step)
			}
			of.ValLoss = append(of.ValLoss, reproduce.Point{Step: step,
				Loss: reproduce.Number(r.measured(r.row[at], 32)), FLOPs: cost})
		case what == flopsCurve:
			costs[step] = r.number(at, 64)
		case what == knownCurve && slices.ContainsFunc(of.ValLoss, func(p reproduce.Point) bool {
			return p.Step == step
		}):
			i := slices.IndexFunc(of.ValLoss, func(p reproduce.Point) bool { return p.Step == step })
			of.ValLoss[i].Right = r.count(at)
		case what == cosineCurve && len(of.Pairs) > 0:
			pairs = append(pairs, reproduce.Pairs{Step: step, Weight: reproduce.Number(r.measured(r.row[at], 64))})
		default:
			return fmt.Errorf("%.40q at step %d has nothing to belong to", what, step)
		}
	}
	if len(pairs) > 0 {
		pairs[len(pairs)-1].Locked = of.StillLocked()
		of.Pairs = pairs
	}
	return r.err
}
