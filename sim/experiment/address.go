package experiment

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// FromAddress is the experiment that the fragment of a page's address holds: that of a name or of a link, or the
// first minute where it is empty. What the sentence around an address has glued to it is passed over: quotes, brackets,
// a full stop, a broken line, what was added to be counted. It errs with [Unknown] where a name is meant that no
// experiment has, and where it is that of an experiment too large for a page.
func FromAddress(fragment string) (Valid, error) {
	fragment = Unglued(fragment)
	if fragment == "" {
		return FirstMinute().Validate()
	}
	e, err := Named(strings.ToLower(fragment))
	switch {
	case err == nil && e.bounded() != nil:
		return Valid{}, fmt.Errorf("the experiment %s takes long, and about %.0f MB of memory; the native program "+
			"runs it: sparkling run %s", e.Name, e.Memory()/(1<<20), e.Name)
	case err == nil:
		return e.Validate()
	}
	v, damaged := FromLink(fragment)
	if unknown := (Unknown{}); damaged != nil && errors.As(err, &unknown) &&
		(unknown.Nearest != "" || len(fragment) < shortestLink) {
		unknown.Name = fragment
		return v, unknown
	}
	return v, damaged
}

// Address is what FromAddress reads e from: the name of the built-in experiment that it is, bit for bit, or a link.
func (e Experiment) Address() string {
	if b, err := Named(e.Name); err == nil && string(b.JSON()) == string(e.JSON()) {
		return e.Name
	}
	return e.Link()
}

// shortestLink is well below the characters that any document takes; what is shorter was meant as a name.
const shortestLink = 100

// Unglued is the fragment of an address without what is no part of a name or a link. Neither begins or ends with
// anything but letters, digits, hyphens and underlines.
func Unglued(fragment string) string {
	fragment = unescaped(fragment)
	fragment = strings.Join(strings.Fields(fragment), "")
	fragment, _, _ = strings.Cut(strings.TrimLeft(fragment, "#"), "#")
	fragment, _, _ = strings.Cut(fragment, "?")
	fragment, _, _ = strings.Cut(fragment, "&")
	return strings.TrimFunc(fragment, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_'
	})
}

// unescaped is a fragment whose %XX are the bytes that they stand for, or the fragment itself where some stand for
// none. Package net/url does it too, and brings along more than the page's trainer has room for.
func unescaped(s string) string {
	var out []byte
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' {
			n, err := strconv.ParseUint(s[i+1:min(i+3, len(s))], 16, 8)
			if err != nil || i+3 > len(s) {
				return s
			}
			c, i = byte(n), i+2
		}
		out = append(out, c)
	}
	return string(out)
}

// Unknown is the error of a name that no built-in experiment has.
type Unknown struct {
	Name    string
	Nearest string // the name that was probably meant, or empty
}

func (u Unknown) Error() string {
	if u.Nearest != "" {
		return fmt.Sprintf("there is no experiment called %q; did you mean %s? There are %s", u.Name, u.Nearest,
			strings.Join(names(), ", "))
	}
	return fmt.Sprintf("there is no experiment called %q; there are %s", u.Name, strings.Join(names(), ", "))
}

func names() (list []string) {
	for _, b := range builtins() {
		list = append(list, b.Name)
	}
	return list
}

// nearest is the name that takes the fewest slips of the hand to become another, where these are few.
func nearest(name string) string {
	name = strings.ToLower(name)
	if len(name) > 40 {
		return ""
	}
	best := slices.MinFunc(names(), func(a, b string) int { return cmp.Compare(slips(name, a), slips(name, b)) })
	if slips(name, best) <= max(1, len(best)/3) {
		return best
	}
	return ""
}

// slips counts the letters that are wrong, missing, too many, or exchanged with their neighbour.
func slips(a, b string) int {
	rows := make([][]int, len(a)+1) // rows[i][j] of the first i and j letters
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		for j := range rows[i] {
			if i == 0 || j == 0 {
				rows[i][j] = i + j
				continue
			}
			wrong := 0
			if a[i-1] != b[j-1] {
				wrong = 1
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+wrong)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
