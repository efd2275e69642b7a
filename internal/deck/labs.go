package deck

import (
	"fmt"
	"path/filepath"
	"regexp"
)

// Moment is what a slide shows of the Lab: the name of its still, the address, from the slides, of what it is a still
// of, and the step of the one that stands on paper in its place; 0 for none.
type Moment struct {
	Still, Address string
	End            int
}

var labBlock = regexp.MustCompile("(?ms)^```lab\n(.*?)^```$")

// Moments are those of all slides of the project in root, in their order.
func Moments(root string) (all []Moment, err error) {
	sources, err := read(filepath.Join(root, "site", Folder))
	if err != nil {
		return nil, err
	}
	for _, s := range sources {
		for _, block := range labBlock.FindAllStringSubmatch(s.Body.Text, -1) {
			l, err := parseLab(block[1])
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", s.Body.File, s.Body.Line, err)
			}
			all = append(all, Moment{l.Still, l.address(), l.End})
		}
	}
	return all, nil
}
