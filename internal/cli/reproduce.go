package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/sparkling-lab/sparkling/internal/report"
	"github.com/sparkling-lab/sparkling/sim/reproduce"
)

// reproduceVerb holds the paper's claims up against runs at compact scale.
type reproduceVerb struct {
	Seeds  int      `help:"Seeds of every comparison; seed 1 is the first." default:"8"`
	Claim  []string `help:"Only this: 1, 2, 3, 4, 5, table1, table6, table7 or search; may be given several times."`
	Out    string   `help:"Folder for the report and for the finished runs, which are not run again." default:"reproduce" type:"path"`
	Jobs   int      `help:"Runs at a time; 0 is one a core."`
	Quick  bool     `help:"A few steps and two seeds: to see that everything works. The numbers say nothing."`
	Render bool     `help:"Only write the report anew, from the finished runs of the folder, also where another build made them."`
	Quiet  bool     `help:"No progress."`
}

// maxSeeds bounds what can be asked for.
const maxSeeds = 100

// Run is called by the command line.
func (v reproduceVerb) Run(e *env) error {
	claims, search, err := v.claims()
	if err != nil {
		return err
	}
	if v.Seeds < 1 || v.Seeds > maxSeeds {
		return fmt.Errorf("--seeds is %d; allowed are 1 to %d", v.Seeds, maxSeeds)
	}
	f := report.Findings{Results: reproduce.NewResults(), Claims: claims, Settings: reproduce.Settings(), Quick: v.Quick, Command: v.command(), Made: map[reproduce.Made]int{}}
	seeds := []uint64{1, 2}
	first, again := seeds[:1], seeds[1:]
	if !v.Quick {
		seeds = nil
		for i := range v.Seeds {
			seeds = append(seeds, uint64(i+1))
		}
		first, again = reproduce.SearchSeeds, reproduce.ConfirmSeeds
	}
	jobs := reproduce.Plan(claims, f.Settings, seeds, v.Quick)
	if search {
		f.Candidates = reproduce.Candidates()
		jobs = append(jobs, reproduce.SearchPlan(f.Candidates, first, v.Quick)...)
	}
	store := reproduce.Store{Dir: filepath.Join(v.Out, "runs"), Revision: revision()}
	if !v.Render {
		if store.Arithmetic, err = reproduce.Arithmetic(); err != nil {
			return err
		}
	}
	wrong := v.work(e, store, jobs, &f)
	if wrong == nil && search {
		wrong = v.work(e, store, reproduce.SearchPlan(f.Confirm(), again, v.Quick), &f)
	}
	if wrong != nil && !errors.Is(wrong, e.ctx.Err()) {
		return wrong
	}
	if err := v.write(f); err != nil {
		return err
	}
	if err := verdicts(e.out, f); err != nil {
		return err
	}
	if wrong != nil {
		fmt.Fprintf(e.err, "Interrupted with %d runs to go; what is finished was kept, and the same command goes on.\n", f.Missing)
		return errInterrupted
	}
	return nil
}

// claims are those that the flags ask for, and whether the search is among it.
func (v reproduceVerb) claims() (claims []reproduce.Claim, search bool, err error) {
	if len(v.Claim) == 0 {
		return reproduce.Claims(), true, nil
	}
	for _, k := range v.Claim {
		if k == "search" {
			search = true
			continue
		}
		n := len(claims)
		for _, c := range reproduce.Claims() {
			if c.ID == k || strings.TrimRight(c.ID, "abcdef") == k {
				claims = append(claims, c)
			}
		}
		if len(claims) == n {
			return nil, false, fmt.Errorf("--claim is %q; allowed are 1, 2, 3, 4, 5, table1, table6, table7 and search", k)
		}
	}
	return claims, search, nil
}

// command is what makes the same report again.
func (v reproduceVerb) command() string {
	c := "sparkling reproduce"
	for _, k := range v.Claim {
		c += " --claim " + k
	}
	if v.Quick {
		return c + " --quick"
	}
	return fmt.Sprintf("%s --seeds %d", c, v.Seeds)
}

// work runs the jobs that are not in the store, and counts those that are left.
func (v reproduceVerb) work(e *env, store reproduce.Store, jobs []reproduce.Job, f *report.Findings) (err error) {
	var made map[reproduce.Made]int
	if v.Render {
		_, made, err = store.LoadAll(jobs, f.Results)
	} else {
		workers := v.Jobs
		if workers <= 0 {
			workers = runtime.GOMAXPROCS(0)
		}
		show, done := v.progress(e)
		made, err = reproduce.Runner{Store: store, Workers: workers, Report: show}.Run(e.ctx, jobs, f.Results)
		done()
	}
	f.Missing += len(jobs)
	for by, n := range made {
		f.Made[by] += n
		f.Missing -= n
	}
	return err
}

// progress shows how far the runs are: a bar on a terminal, else a line now and then.
func (v reproduceVerb) progress(e *env) (show func(reproduce.Progress), done func()) {
	if v.Quiet {
		return nil, func() {}
	}
	says := func(p reproduce.Progress) string {
		s := fmt.Sprintf("%d of %d runs", p.Done, p.Jobs)
		if p.Left > 0 {
			s += ", about " + p.Left.Round(time.Second).String() + " left"
		}
		return s
	}
	if file, ok := e.err.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		bar := progressbar.NewOptions(1000, progressbar.OptionSetWriter(e.err), progressbar.OptionSetPredictTime(false), progressbar.OptionClearOnFinish())
		return func(p reproduce.Progress) {
			bar.Describe(says(p))
			_ = bar.Set(int(1000 * p.Share))
		}, func() { _ = bar.Finish() }
	}
	var last time.Time
	return func(p reproduce.Progress) {
		if time.Since(last) > 30*time.Second {
			last = time.Now()
			fmt.Fprintln(e.err, says(p))
		}
	}, func() {}
}

// write puts the report into the folder.
func (v reproduceVerb) write(f report.Findings) error {
	if err := folder(v.Out); err != nil {
		return err
	}
	for _, file := range report.Files(f) {
		if err := atomic(filepath.Join(v.Out, file.Name), file.Write); err != nil {
			return err
		}
	}
	return nil
}

// verdicts prints the verdicts at a glance, each claim's words below them.
func verdicts(w io.Writer, f report.Findings) error {
	const margin = 8
	var err error
	line := func(id string, cells []string) {
		text := fmt.Sprintf("%-*s", margin, id)
		for _, c := range cells {
			text += fmt.Sprintf("%-20s", c)
		}
		if err == nil {
			_, err = fmt.Fprintln(w, strings.TrimRight(text, " "))
		}
	}
	var names []string
	for _, s := range f.Settings {
		names = append(names, s.Name)
	}
	line("claim", names)
	for _, row := range f.Judgements() {
		var cells []string
		for _, j := range row {
			cells = append(cells, string(j.Verdict))
		}
		line(row[0].Claim.ID, cells)
		for _, words := range wrap(row[0].Claim.Title, columns-margin) {
			line("", []string{words})
		}
	}
	return err
}

// revision is that of the sources that this program was built from, as far as the build says.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	rev := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			rev = s.Value[:min(12, len(s.Value))] + rev
		case s.Key == "vcs.modified" && s.Value == "true":
			rev += " with changes"
		}
	}
	return rev
}
