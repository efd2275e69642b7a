package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/checkpoint/torch"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/ondisk"
	"github.com/sparkling-lab/sparkling/sim/plan"
)

// inBytes are the options of a bar that counts bytes: how many of how many are done, how many a second, and the time
// that is left.
var inBytes = []progressbar.Option{progressbar.OptionShowBytes(true), progressbar.OptionShowCount(),
	progressbar.OptionShowTotalBytes(true), progressbar.OptionSetPredictTime(true)}

// sizesOf are those of one network.
type sizesOf struct {
	Hidden     int   `json:"hidden"`
	Inner      int   `json:"inner"`
	Parameters int64 `json:"parameters"`
	Active     int64 `json:"active_parameters"`
}

func sizesFor(c model.Config) sizesOf {
	n := model.Count(c, 1, 1)
	return sizesOf{c.Hidden, c.Inner, n.Total, n.Active}
}

// wideningOnDisk is what a widening of a folder wrote, or would write.
type wideningOnDisk struct {
	Out        string   `json:"out"`
	DryRun     bool     `json:"dry_run"`
	Before     sizesOf  `json:"before"`
	After      sizesOf  `json:"after"`
	HeadFactor float64  `json:"head_factor,omitempty"`
	States     []string `json:"optimizer_states"`
	Optimizer  string   `json:"optimizer_file,omitempty"` // of PyTorch's, that was widened
	Treatment  string   `json:"treatment,omitempty"`      // of the states, where there are any
	Read       int64    `json:"bytes_read"`
	Written    int64    `json:"bytes_written"`
	Memory     int64    `json:"largest_matrix_bytes"`
	Seconds    number   `json:"seconds"`                  // that it took; of a dry run those that it would
	HeadDim    int      `json:"head_dim_stays,omitempty"` // where other programs take it to be another
	NotFinite  string   `json:"not_finite,omitempty"`
	Linked     []string `json:"copied_from_outside,omitempty"`
	LeftOut    []string `json:"not_copied,omitempty"`
	Saves      *saves   `json:"plan,omitempty"`
	CopyRate   *rateOf  `json:"copy_rate,omitempty"`
}

// saves is what plan says of such a widening after half of a run's tokens, as the paper has it: the fraction of the
// operations of a run that is wide from the start.
type saves struct {
	At     float64 `json:"at"`
	Saving number  `json:"saving_6nd"`
	Exact  number  `json:"saving_exact"`
}

// rateOf is how fast a piece of the folder was copied to where the new one would be.
type rateOf struct {
	Bytes   int64  `json:"bytes"` // of the piece
	Seconds number `json:"seconds"`
}

// report is what is known of a widening before it begins.
func (v widenVerb) report(in *checkpoint.Folder, f ondisk.Forecast, states *torch.States) wideningOnDisk {
	r := wideningOnDisk{Out: v.Out, Before: sizesFor(in.Table.Config), After: sizesFor(f.Config),
		HeadFactor: f.HeadFactor, States: checkpoint.SetNames[1 : 1+len(in.States)], Read: f.Read, Written: f.Write,
		Memory: f.Memory}
	if states != nil {
		r.Optimizer = filepath.Base(states.File.Path())
	}
	if now := f.Config; in.HeadDimFollows() && now.Hidden != now.Heads*now.HeadDim {
		r.HeadDim = now.HeadDim
	}
	if len(r.States) > 0 || states != nil {
		r.Treatment = v.States
	}
	return r
}

// foresee says what a widening would do, and writes nothing but a piece of a copy that it removes.
func (v widenVerb) foresee(e *env, in *checkpoint.Folder, spec widen.Spec, f ondisk.Forecast, r wideningOnDisk) error {
	if err := checkpoint.Vacant(v.Out); err != nil {
		return err
	}
	if err := ondisk.CheckDisk(v.Out, f); err != nil {
		return err
	}
	r.DryRun = true
	s := plan.Paper()
	at := s.Schedules[0][0].At
	s.Model = in.Table.Config
	s.Schedules = []plan.Schedule{{{Axis: spec.Axis, At: at, Factor: spec.Factor}}}
	rows, err := plan.Rows(s)
	if err != nil {
		return err
	}
	r.Saves = &saves{at, number(rows[1].Saving), number(rows[1].SavingExact)}
	rate, err := copied(in, v.Out)
	if err != nil {
		return err
	}
	r.CopyRate = &rate
	r.Seconds = rate.Seconds * number(float64(r.Read+r.Written)/float64(2*rate.Bytes))
	if v.JSON {
		return indented(e.out, r)
	}
	return r.print(e.out)
}

// print is a dry run, for people.
func (r wideningOnDisk) print(w io.Writer) error {
	fmt.Fprintf(w, "%s would be: hidden %d, inner %d, %d parameters (now: %d, %d, %d).\n", filepath.Base(r.Out),
		r.After.Hidden, r.After.Inner, r.After.Parameters, r.Before.Hidden, r.Before.Inner, r.Before.Parameters)
	fmt.Fprintf(w, "%s would be read and %s written, %s of the network held in memory at a time.\n",
		size(float64(r.Read)), size(float64(r.Written)), size(float64(r.Memory)))
	fmt.Fprintf(w, "About %s, at the rate of a copy of %s of it to the same place, just now.\n",
		time.Duration(float64(r.Seconds)*float64(time.Second)).Round(100*time.Millisecond),
		size(float64(r.CopyRate.Bytes)))
	_, err := fmt.Fprintf(w, "Widened after %.0f %% of its tokens, a run takes %.1f %% fewer operations than one that "+
		"is wide\nfrom the start (%.1f %% by 6ND); plan has the rest. Nothing was written.\n", 100*r.Saves.At,
		100*float64(r.Saves.Exact), 100*float64(r.Saves.Saving))
	return err
}

// maxPiece bounds the piece that a dry run copies, in bytes.
const maxPiece = 64 << 20

// errEnough ends a copy that is not kept.
var errEnough = errors.New("it was copied, and nobody needs it")

// copied copies the beginning of the weights to where the new folder would be, until it lies on the disk, and removes
// it. Where the folder's place is not there yet, the nearest folder above it is taken.
func copied(in *checkpoint.Folder, out string) (r rateOf, err error) {
	place := filepath.Dir(filepath.Clean(out))
	for {
		if info, err := os.Stat(place); err == nil && info.IsDir() || place == filepath.Dir(place) {
			break
		}
		place = filepath.Dir(place)
	}
	from, err := os.Open(filepath.Join(in.Dir, in.Weights.Files[0].Name))
	if err != nil {
		return r, err
	}
	defer from.Close()
	begin := time.Now()
	err = durable.WritePath(filepath.Join(place, filepath.Base(out)+".rate"), func(tmp string) error {
		to, err := durable.Create(tmp)
		if err != nil {
			return err
		}
		if r.Bytes, err = io.Copy(struct{ io.Writer }{to}, io.LimitReader(from, maxPiece)); err != nil {
			to.Abandon()
			return err
		}
		if err := to.Close(); err != nil {
			return err
		}
		r.Seconds = number(time.Since(begin).Seconds())
		return errEnough
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return r, err
}
