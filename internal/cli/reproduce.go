package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/report"
	"github.com/sparkling-lab/sparkling/sim/reproduce"
)

// reproduceVerb holds the paper's claims up against runs at compact scale.
type reproduceVerb struct {
	Seeds  *int     `help:"Seeds of every comparison, from seed 1 on: 8, or 2 with --quick."`
	Claim  []string `help:"Only this: 1, 2, 3, 4, 5, table1, table6, table7 or search; may be given several times."`
	Task   []string `help:"Only this task: text (Newton's Opticks) or facts; may be given several times."`
	Out    string   `help:"Folder for the report and for the finished runs, which are not run again." default:"reproduce" type:"path"`
	Jobs   int      `help:"Runs at a time; 0 is one a core."`
	Quick  bool     `help:"A few steps only: to see that everything works. The numbers say nothing."`
	Render bool     `help:"Only write the report anew: from the finished runs of the folder, also where another build made them, and from its CSV files."`
	Quiet  bool     `help:"No progress."`
}

// Seeds where --seeds is not given.
const (
	someSeeds  = 8
	quickSeeds = 2
)

// Run is called by the command line.
func (v reproduceVerb) Run(e *env) error {
	if _, err := os.Stat(v.Out); v.Render && errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("--render writes a report anew from what its folder holds, and %s is not there", v.Out)
	}
	to, err := durable.Take(v.Out, reportKind)
	if err != nil {
		return err
	}
	defer to.Release()
	if !v.Render { // which takes no time, and may find what it renders in files that somebody copied
		if err := to.Check(report.Names()...); err != nil {
			return err
		}
	}
	old, recorded, err := report.ReadAbout(v.Out)
	if err != nil {
		return err
	}
	store := reproduce.Store{Dir: filepath.Join(v.Out, "runs"), Revision: revision(),
		Warn: func(says string) { fmt.Fprintln(e.err, says) }}
	durable.Sweep(store.Dir)
	if _, missing := os.Stat(store.Dir); v.Render && recorded && missing != nil {
		if v.Seeds != nil || len(v.Claim)+len(v.Task) > 0 || v.Quick {
			return fmt.Errorf("%s has no runs, so that --render writes the report that is there anew; leave out "+
				"--seeds, --claim, --task and --quick", v.Out)
		}
		f, err := report.Open(v.Out)
		if err != nil {
			return err
		}
		return finish(e, to, f)
	}
	about, err := v.about()
	if err != nil {
		return err
	}
	if recorded {
		about = about.After(old)
	}
	f, err := report.New(about)
	if err != nil {
		return err
	}
	if f.Earlier, err = report.Earlier(v.Out); err != nil {
		return err
	}
	var by report.Gatherer
	if v.Render {
		if by, err = report.OrArchived(store.LoadAll, v.Out); err != nil {
			return err
		}
	} else {
		if store.Arithmetic, err = reproduce.Arithmetic(); err != nil {
			return err
		}
		by = v.runner(e, store)
	}
	wrong := f.Gather(by)
	if wrong != nil && !errors.Is(wrong, e.ctx.Err()) {
		return wrong
	}
	if err := finish(e, to, f); err != nil {
		return err
	}
	if wrong != nil {
		fmt.Fprintf(e.err, "Interrupted with %d runs to go; what is finished was kept, and the same command "+
			"goes on.\n", f.Missing)
		return errInterrupted
	}
	return nil
}

// about is what the flags ask for.
func (v reproduceVerb) about() (report.About, error) {
	a := report.About{Claims: v.Claim, Tasks: v.Task, Seeds: someSeeds, Quick: v.Quick}
	if v.Quick {
		a.Seeds = quickSeeds
	}
	if v.Seeds != nil {
		a.Seeds = *v.Seeds
	}
	if a.Seeds < 1 || a.Seeds > report.MaxSeeds {
		return a, fmt.Errorf("--seeds is %d; allowed are 1 to %d", a.Seeds, report.MaxSeeds)
	}
	return a, nil
}

// runner runs the jobs that are not in the store.
func (v reproduceVerb) runner(e *env, store reproduce.Store) report.Gatherer {
	workers := v.Jobs
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return func(jobs []reproduce.Job, into *reproduce.Results) (map[reproduce.Provenance]int, error) {
		show, done := v.progress(e)
		defer done()
		return reproduce.Runner{Store: store, Workers: workers, Report: show}.Run(e.ctx, jobs, into)
	}
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
	if file, ok := e.screen.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		bar := progressbar.NewOptions(1000, progressbar.OptionSetWriter(e.screen),
			progressbar.OptionSetPredictTime(false), progressbar.OptionClearOnFinish())
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

// finish puts the report into the folder, and its verdicts out.
func finish(e *env, to *durable.Claim, f report.Findings) error {
	var files []durable.Output
	for _, file := range report.Files(f) {
		files = append(files, durable.Output(file))
	}
	// The verdicts are said also where the report finds no room.
	return cmp.Or(to.Write(files...), verdicts(e.out, f))
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
	var tasks, names []string
	for _, s := range f.Settings {
		tasks, names = append(tasks, reproduce.TaskTitle(s.Task)), append(names, s.Name)
	}
	line("", tasks)
	line("claim", names)
	for _, row := range f.Judgements() {
		var cells []string
		for _, j := range row {
			cells = append(cells, j.Verdict.Word())
		}
		line(row[0].Claim.ID, cells)
		for _, words := range wrap(row[0].Claim.Title, columns-margin) {
			line("", []string{words})
		}
	}
	if s := f.Diverged(); s != "" {
		for _, words := range wrap("Not all runs reached their end. "+s, columns) {
			line(words, nil)
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
