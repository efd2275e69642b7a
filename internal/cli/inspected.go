package cli

import (
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// shownLayers are as many as fit on one screen with the rest; of deeper networks the first and the last are shown.
const shownLayers = 10

// print writes one screen.
func (r inspected) print(w io.Writer, dir string) error {
	c := r.Model
	say := func(format string, values ...any) {
		for _, line := range wrap(fmt.Sprintf(format, values...), columns) {
			fmt.Fprintln(w, line)
		}
	}
	head := "tied"
	if c.Untied {
		head = "untied"
	}
	experts := fmt.Sprintf("experts %d, %d a token, inner %d each", c.Experts, c.TopK, c.Inner)
	if c.NoRouter {
		experts = fmt.Sprintf("no experts, inner %d", c.Inner)
	}
	say("%s: %s, %s parameters, %s active, in %s; %s, %s.", filepath.Base(dir), r.Family,
		millions(float64(r.Parameters)), millions(float64(r.Active)),
		strings.Join(slices.Sorted(maps.Keys(r.Types)), " and "), filesOf(r.Files), size(float64(r.Bytes)))
	say("Layers %d, hidden %d, %s; heads %d of %d, of keys and values %d; vocabulary %d, %s head.", c.Layers, c.Hidden,
		experts, c.Heads, c.HeadDim, c.KVHeads, c.Vocab, head)
	if r.NotFinite != "" {
		say("A NaN or an infinity is in %s, the first tensor that holds one.", r.NotFinite)
	}
	fmt.Fprintln(w)
	if err := r.printRMS(w); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, s := range r.States {
		say("%s: norm %s, %s zeros.", s.Name, s.Norm.says("%.4g"), percent(s.Zero))
	}
	switch {
	case r.Unread != "":
		say("The optimizer's states were not read: %s.", r.Unread)
	case len(r.States) == 0:
		say("No optimizer states.")
	}
	say("Hidden axis: %s", r.Hidden.says())
	say("Inner axis: %s", r.neurons().says())
	switch x := r.Experts; {
	case x == nil:
	case x.Why != "":
		say("Experts' load was not measured: %s.", x.Why)
	default:
		say("Of %d tokens (%s) experts get %s of the assignments of their layers; routers give them %s. Even is %.4f.",
			x.Tokens, x.Batch, extremes(x.Load), extremes(x.Router), 1/float64(c.Experts))
	}
	return nil
}

// printRMS writes the RMS of weights, a layer a line.
func (r inspected) printRMS(w io.Writer) error {
	t := &aligned{w: w, right: true}
	var names []string
	layers := make([]map[string]number, r.Model.Layers)
	var outside []string
	for _, x := range r.RMS {
		if x.Layer < 0 {
			outside = append(outside, fmt.Sprintf("%s %s", x.Part, x.RMS.says("%.3g")))
			continue
		}
		if strings.Contains(x.Part, "norm") || strings.Contains(x.Part, "bias") {
			continue // --json has them
		}
		if x.Layer == 0 {
			names = append(names, x.Part)
		}
		if layers[x.Layer] == nil {
			layers[x.Layer] = map[string]number{}
		}
		layers[x.Layer][x.Part] = x.RMS
	}
	fmt.Fprintf(t, "RMS, layer\t%s\t\n", strings.Join(names, "\t"))
	for l, of := range layers {
		if n := len(layers); n > shownLayers && l >= shownLayers/2 && l < n-shownLayers/2 {
			if l == shownLayers/2 {
				fmt.Fprintf(t, "…\t%s\n", strings.Repeat("\t", len(names)))
			}
			continue
		}
		fmt.Fprintf(t, "%d\t", l)
		for _, name := range names {
			fmt.Fprintf(t, "%s\t", of[name].says("%.3g"))
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s; --json has the norms of the layers.\n", strings.Join(outside, ", "))
	return err
}

// neurons are the copies of all layers together.
func (r inspected) neurons() copiesOf {
	var all copiesOf
	locked := 0
	for _, x := range r.Inner {
		if x.Equal > 0 && all.Equal == 0 {
			all.Apart = x.Apart
		} else if x.Equal > 0 && x.Apart != all.Apart {
			all.Apart = 0
		}
		all.Coordinates, all.Equal = all.Coordinates+x.Coordinates, all.Equal+x.Equal
		all.Out += x.Out
		if x.Locked != nil {
			locked += *x.Locked
			all.Locked = &locked
		}
	}
	return all
}

// says is what copies mean, in words.
func (c copiesOf) says() string {
	switch {
	case c.Equal == 0 && c.Out > 0:
		return fmt.Sprintf("%d of %d coordinates are copies of another but for their fan-in weights: they were split "+
			"unevenly.", c.Out, c.Coordinates)
	case c.Equal == 0:
		return fmt.Sprintf("none of %d coordinates is a copy of another.", c.Coordinates)
	}
	text := fmt.Sprintf("%d of %d coordinates are copies of another, bit for bit", c.Equal, c.Coordinates)
	if c.Apart > 0 {
		text += fmt.Sprintf(", all %d behind it, as a widening leaves them", c.Apart)
	}
	switch {
	case c.Locked == nil:
		return text + "; whether they part depends on optimizer states, of which none were read."
	case *c.Locked == c.Equal:
		return text + ". Their optimizer states are equal too: they are locked, and stay copies for ever."
	case *c.Locked == 0:
		return text + ". Their optimizer states differ: they will part."
	}
	return text + fmt.Sprintf(". Of %d the optimizer states are equal too: these are locked; the others will part.",
		*c.Locked)
}

// percent is a share.
func percent(x number) string {
	hundred := x * 100
	return hundred.says("%.1f %%")
}
