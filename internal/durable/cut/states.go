package cut

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
)

// most is the number of names not yet safe up to which every choice of them is tried; beyond it, each alone and all but
// each.
const most = 4

// remember keeps the states that the disk can be found in now.
func (d *recorder) remember(what string) {
	d.step++
	when := fmt.Sprintf("after step %d, %s", d.step, what)
	synced := func(n *node) []byte { return n.synced }
	half := func(n *node) []byte {
		if !bytes.HasPrefix(n.data, n.synced) {
			return n.synced
		}
		return n.data[:(len(n.synced)+len(n.data))/2]
	}
	var pending []change
	d.top.each(func(n *node) { pending = append(pending, n.pending...) })
	inOrder(pending)
	keep := func(how string, content func(*node) []byte, names []change) {
		s := state{d.top.tree(content, names), when + "; " + how}
		if key := s.key(); !d.seen[key] {
			d.seen[key] = true
			d.states = append(d.states, s)
		}
	}
	keep("nothing else was lost", func(n *node) []byte { return n.data }, pending)
	keep("content that was not synced was lost", synced, pending)
	keep("half the content that was not synced was lost", half, pending)
	for _, names := range choices(pending) {
		keep("names that were not synced were lost", synced, names)
	}
}

// choices are parts of a list, in its order.
func choices(all []change) (out [][]change) {
	if len(all) <= most {
		for bits := range 1 << len(all) {
			var some []change
			for i, c := range all {
				if bits>>i&1 == 1 {
					some = append(some, c)
				}
			}
			out = append(out, some)
		}
		return out
	}
	out = append(out, nil)
	for i := range all {
		out = append(out, all[i:i+1], slices.Delete(slices.Clone(all), i, i+1))
	}
	return out
}

// each visits a node and all that ever had a name below it.
func (n *node) each(do func(*node)) {
	seen := map[*node]bool{}
	var visit func(n *node)
	visit = func(n *node) {
		if n == nil || seen[n] {
			return
		}
		seen[n] = true
		do(n)
		for _, c := range slices.Concat(n.kept, n.pending) {
			visit(c.to)
		}
	}
	visit(n)
}

// tree is what is found below a folder: its safe names and a choice of the others, with content as it is told.
func (n *node) tree(content func(*node) []byte, more []change) map[string][]byte {
	var kept []change
	n.each(func(n *node) { kept = append(kept, n.kept...) })
	inOrder(kept)
	names := map[*node]map[string]*node{}
	for _, c := range append(kept, more...) {
		c.apply(names)
	}
	out := map[string][]byte{}
	var walk func(at string, n *node)
	walk = func(at string, n *node) {
		for name, child := range names[n] {
			if child.folder {
				out[at+name+"/"] = nil
				walk(at+name+"/", child)
			} else {
				out[at+name] = content(child)
			}
		}
	}
	walk("", n)
	return out
}

func (s state) key() string {
	sum := sha256.New()
	for _, path := range slices.Sorted(maps.Keys(s.files)) {
		fmt.Fprintf(sum, "%q %d\n", path, len(s.files[path]))
		sum.Write(s.files[path])
	}
	return string(sum.Sum(nil))
}

func inOrder(changes []change) {
	slices.SortStableFunc(changes, func(a, b change) int { return cmp.Compare(a.step, b.step) })
}
