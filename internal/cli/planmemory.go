package cli

import (
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/plan"
)

// memoryPlan is what a run holds, where, and what to do where that is too much.
type memoryPlan struct {
	Run      plan.Run      `json:"run"`
	Where    string        `json:"where"`
	Has      float64       `json:"has_bytes"`     // that are free there
	Allowed  float64       `json:"allowed_bytes"` // what of that a run may take
	Phases   []plan.Phase  `json:"phases"`
	Fits     bool          `json:"fits"`
	Remedies []plan.Remedy `json:"remedies,omitempty"`
	// of all arms at once, as run trains them; 0 where there is one
	AllArms float64 `json:"all_arms_bytes,omitempty"`
	// what a run on a GPU takes of the machine's own memory
	Beside float64 `json:"host_bytes,omitempty"`
	// on the disk: of two checkpoints, one that is kept and the next; and what a widening there needs
	Disk         float64 `json:"disk_bytes"`
	WideningDisk float64 `json:"widening_disk_bytes,omitempty"`
}

// memory counts what training takes.
func (v planVerb) memory(e *env) error {
	runs, all, err := v.runs(e)
	if err != nil {
		return err
	}
	m := memoryPlan{Where: "this machine", Has: available() + held(), AllArms: all}
	precision, err := precisionOf(v.Precision)
	if err != nil {
		return err
	}
	m.Allowed = (1-spare)*m.Has - itself
	switch {
	case v.Card != "":
		if m.Has, m.Where, err = cardOf(v.Card); err != nil {
			return fmt.Errorf("--card is %q: %w", v.Card, err)
		}
		m.Allowed = (1 - spareGPU) * m.Has
	case v.RAM != "":
		if m.Has, err = bytesOf(v.RAM); err != nil {
			return fmt.Errorf("--ram is %q: %w", v.RAM, err)
		}
		m.Where, m.Allowed = "a machine of "+v.RAM, (1-spare)*m.Has-itself
	}
	for _, r := range runs { // the largest
		if v.Card != "" {
			if r = r.On(precision); r.Declined() != nil {
				return r.Declined()
			}
		}
		if err := (plan.Setup{Model: r.Model, Optimizer: r.Optimizer, Batch: r.Batch * r.Accumulate, Seq: r.Seq,
			Tokens: 1, Schedules: schedules(r)}).Validate(); err != nil {
			return err
		}
		if p := r.Phases(); m.Phases == nil || plan.Peak(p).Bytes > plan.Peak(m.Phases).Bytes {
			m.Run, m.Phases = r, p
		}
	}
	if v.Card != "" {
		m.Beside, m.AllArms = m.Run.Beside(), 0
		for _, r := range runs {
			if len(runs) > 1 && v.Experiment != "" {
				m.AllArms += plan.Peak(r.On(precision).Phases()).Bytes
			}
		}
	}
	m.Disk, m.WideningDisk = m.Run.Disk(1), m.Run.WideningDisk()
	m.Fits = plan.Peak(m.Phases).Bytes <= m.Allowed
	m.Remedies = m.Run.Remedies(m.Allowed)
	if v.JSON {
		return indented(e.out, m)
	}
	return m.print(e.out)
}

func schedules(r plan.Run) []plan.Schedule {
	if len(r.Schedule) == 0 {
		return nil
	}
	return []plan.Schedule{r.Schedule}
}

// runs are those whose memory is asked for: of a document one an arm, of the paper one an axis; and what all arms of a
// document take at once.
func (v planVerb) runs(e *env) (runs []plan.Run, all float64, err error) {
	threads := runtime.GOMAXPROCS(0)
	if v.Experiment == "" {
		s, err := v.setup(e)
		for _, w := range s.Schedules {
			runs = append(runs, plan.Run{Model: s.Model, Optimizer: s.Optimizer, Batch: s.Batch, Accumulate: 1,
				Seq: s.Seq, Threads: threads, Schedule: w})
		}
		return runs, 0, err
	}
	doc, err := document(e, v.Experiment)
	if err != nil {
		return nil, 0, err
	}
	exp := doc.Experiment()
	if v.Factor != nil {
		if err := exp.Turn("factor", fmt.Sprint(*v.Factor)); err != nil {
			return nil, 0, err
		}
	}
	for i := range exp.Arms {
		runs = append(runs, plan.RunOf(exp, i, threads))
	}
	if len(runs) > 1 {
		all = exp.Memory()
	}
	return runs, all, nil
}

// bytesOf reads a size of memory: a number with a unit.
func bytesOf(s string) (float64, error) {
	const allowed = "allowed is a number with a unit, as 80GB or 64GiB"
	at := strings.IndexFunc(s, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if at < 0 {
		return 0, errors.New(allowed)
	}
	unit, ok := map[string]float64{"MB": 1e6, "GB": 1e9, "TB": 1e12, "MiB": mib, "GiB": gib, "TiB": 1024 * gib}[s[at:]]
	x, err := strconv.ParseFloat(s[:at], 64)
	if bytes := x * unit; ok && err == nil && bytes >= mib && bytes <= 1e18 {
		return bytes, nil
	}
	return 0, errors.New(allowed)
}

// shown are the phases that a table has room for: the first, the largest widening, and the last.
func shown(all []plan.Phase) []plan.Phase {
	if len(all) <= 3 {
		return all
	}
	var widenings []plan.Phase
	for i := 1; i < len(all); i += 2 {
		widenings = append(widenings, all[i])
	}
	return []plan.Phase{all[0], plan.Peak(widenings), all[len(all)-1]}
}

func (m memoryPlan) print(w io.Writer) error {
	r, c := m.Run, m.Run.Model
	how := "keeps all activations"
	if r.Recompute {
		how = "computes activations again"
	}
	said := func(format string, of ...any) {
		for _, line := range wrap(fmt.Sprintf(format, of...), columns) {
			fmt.Fprintln(w, line)
		}
	}
	said("%d layers, d %d, f %d, %d experts, vocabulary %d; %s; batches of %d sequences of %d tokens, %d to an "+
		"update; it %s.", c.Layers, c.Hidden, c.Inner, c.Experts, c.Vocab, trainers[r.Optimizer], r.Batch, r.Seq,
		r.Accumulate, how)
	if len(r.Schedule) > 0 {
		said("Widened: %s.", r.Schedule)
	}
	fmt.Fprintln(w)
	t := &aligned{w: w, right: true}
	phases := shown(m.Phases)
	cells := func(name string, cell func(plan.Phase) string) {
		fmt.Fprint(t, name)
		for _, p := range phases {
			fmt.Fprint(t, "\t", cell(p))
		}
		fmt.Fprintln(t, "\t")
	}
	cells("memory", func(p plan.Phase) string { return p.Name })
	for _, name := range parts(phases) {
		cells(name, func(p plan.Phase) string {
			for _, x := range p.Parts {
				if x.Name == name {
					return size(x.Bytes)
				}
			}
			return "-"
		})
	}
	cells("together", func(p plan.Phase) string { return size(p.Bytes) })
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	most := plan.Peak(m.Phases)
	verdict := "it fits"
	if !m.Fits {
		verdict = "it does not fit"
	}
	said("At most %s, %s: %s into %s. That has %s free, of which %.0f %% stay so.", size(most.Bytes), most.Name,
		verdict, m.Where, size(m.Has), math.Round(100*m.spare()))
	if err := m.printRemedies(w, said); err != nil {
		return err
	}
	if m.AllArms > 0 {
		said("This is the largest of the document's arms; run trains all of them at once, in about %s.",
			size(m.AllArms))
	}
	m.printRest(said)
	return nil
}

// spare is the share of the memory that is left there.
func (m memoryPlan) spare() float64 {
	if m.Run.Precision != "" {
		return spareGPU
	}
	return spare
}

// printRest says what is counted, and what stands elsewhere.
func (m memoryPlan) printRest(said func(string, ...any)) {
	if m.Run.Precision == "" {
		said("Counted is what this program holds, in float32; the moments are two for every parameter, by Muon too. "+
			"The program takes some %s itself.", size(itself))
	} else {
		said("Counted is what the engine for GPUs takes there, to the byte, products in %s. Beside it the program "+
			"holds about %s in the machine's own memory.",
			m.Run.Precision, size(m.Beside+itself))
	}
	disk := ""
	if m.WideningDisk > 0 {
		disk = fmt.Sprintf("; a widening on the disk needs %s there", size(m.WideningDisk))
	}
	said("On the disk train takes up to %s: one checkpoint that is kept, and the next%s.", size(m.Disk), disk)
}

// printRemedies says what to do about a run that does not fit.
func (m memoryPlan) printRemedies(w io.Writer, said func(string, ...any)) error {
	if m.Fits {
		return nil
	}
	fmt.Fprintln(w)
	if len(m.Remedies) == 0 {
		said("Nothing that this program can do makes it smaller, but a smaller network.")
		return nil
	}
	t := &aligned{w: w, right: true}
	fmt.Fprintln(t, "what to do, one after the other\tless\tthen at most\t\t")
	for _, x := range m.Remedies {
		fits := "does not fit"
		if x.Fits {
			fits = "fits"
		}
		fmt.Fprintf(t, "%s\t%s\t%s, %s\t%s\t\n", x.Name, size(x.Took), size(x.Peak.Bytes), x.Peak.Name, fits)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	if last := m.Remedies[len(m.Remedies)-1]; !last.Fits {
		said("With all of it, it still takes %s: it needs more memory, or a smaller network.", size(last.Peak.Bytes))
	}
	return nil
}

// parts are the names of all parts of phases, each once, in their order.
func parts(phases []plan.Phase) (names []string) {
	for _, p := range phases {
		for _, x := range p.Parts {
			if !slices.Contains(names, x.Name) {
				names = append(names, x.Name)
			}
		}
	}
	return names
}
