package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall/js"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/viz/panel"
	"github.com/sparkling-lab/sparkling/viz/story"
)

// notice is a sentence that has to be seen, with a way on from there where there is one.
type notice struct {
	Text  string `json:"text"`
	Wrong bool   `json:"wrong"` // something is; else it only has to be known
	Way   string `json:"way"`   // what the button says
	then  func() error
}

// open runs the experiment of an address: from where it was, if the page has kept a state of it, else from its start.
// kept is undefined, or has that state in bytes, and whether it was playing and how fast.
func (l *lab) open(address string, kept js.Value, otherwise string) {
	if name, chapter, ok := story.Linked(address); ok {
		l.openLesson(name, chapter, kept, otherwise)
		return
	}
	doc, err := experiment.FromAddress(address)
	e := doc.Experiment()
	var aside error // why what was kept is of no use
	here := slices.IndexFunc(l.before, func(b *earlier) bool { return err == nil && same(e, b.experiment()) })
	switch {
	case err != nil:
	case l.session != nil && same(e, l.session.Experiment()):
		l.wants = nil
		return
	case !l.has(e):
		l.ask(e, otherwise, func() { l.open(address, kept, otherwise) })
		return
	case here >= 0:
		if err = l.back(here); err == nil {
			l.notice = l.restored()
		}
	case kept.Type() == js.TypeObject:
		var gone bool
		if gone, aside = l.restore(e, kept, same); gone {
			return
		}
		fallthrough
	default:
		err = l.begin(doc)
	}
	switch {
	case err != nil:
		l.notice = l.unopened(err, otherwise)
	case aside != nil:
		l.notice = putAside(aside)
	}
}

// putAside says why what was kept of a run is of no use.
func putAside(why error) notice {
	return notice{Text: fmt.Sprintf("What this browser had kept of the run is put aside, and the run begins anew: %v.",
		why)}
}

// openLesson opens a lesson, as open does an experiment.
func (l *lab) openLesson(name, chapter string, kept js.Value, otherwise string) {
	lesson := story.Named(name)
	switch {
	case lesson == nil:
		l.notice = notice{Text: fmt.Sprintf("There is no lesson called “%s”. %s The list of lessons has those that "+
			"there are.", name, otherwise), Wrong: true}
		return
	case l.session != nil && l.director.Opened() == name && lesson.Chapter(chapter) >= 0:
		l.turn(lesson.Chapter(chapter))
		return
	case l.session != nil && l.director.Opened() == name && chapter != "":
		l.notice = noChapter(lesson, chapter, "stays where it is")
		return
	}
	var aside error // why what was kept is of no use
	e, err := experiment.Named(lesson.Experiment)
	if err == nil && kept.Type() == js.TypeObject {
		var gone bool
		if gone, aside = l.restore(e, kept, shifted); gone {
			l.notice.Text = strings.Replace(l.notice.Text, panel.Title(l.session.Experiment()),
				"The lesson “"+lesson.Title+"”", 1)
			if !lesson.Passed(chapter, l.session) {
				l.director.Take(name, chapter)
				return
			}
			l.director.Take(name, "")
			l.direct() // the story learns where the run is
			l.turn(lesson.Chapter(chapter))
			return
		}
	}
	if err = l.run(e); err != nil {
		l.notice = l.unopened(err, otherwise)
		return
	}
	l.director.Take(name, chapter)
	switch {
	case aside != nil:
		l.notice = putAside(aside)
	case chapter != "" && lesson.Chapter(chapter) < 0:
		l.notice = noChapter(lesson, chapter, "begins at its start")
	}
}

// noChapter says that a lesson has no chapter of a name, and what it does instead.
func noChapter(of *story.Lesson, chapter, instead string) notice {
	return notice{Text: fmt.Sprintf("The lesson “%s” has no part called “%s”; it %s.", of.Title, chapter, instead),
		Wrong: true}
}

// unopened says why an address was of no use, and what happens now, and offers what was probably meant.
func (l *lab) unopened(err error, instead string) notice {
	unknown := experiment.Unknown{}
	if !errors.As(err, &unknown) {
		return notice{Text: fmt.Sprintf("This address holds no experiment that can be run: %v. %s", err, instead),
			Wrong: true}
	}
	n := notice{Text: fmt.Sprintf("There is no experiment called “%s”. %s", unknown.Name, instead), Wrong: true}
	if meant, err := experiment.Named(unknown.Nearest); err == nil {
		n.Way, n.then = "Run "+panel.Title(meant), func() error { return l.example(meant.Name) }
	} else {
		n.Text += " The list of experiments has those that there are."
	}
	return n
}

func same(a, b experiment.Experiment) bool { return bytes.Equal(a.JSON(), b.JSON()) }

// shifted reports whether an experiment is a built-in one but for the step of its widening.
func shifted(a, builtin experiment.Experiment) bool { return panel.Chosen(a) == builtin.Name }

// restore goes on with a run of e, or of what is like it, from a state that the page has kept, and says so. It reports
// false where there is nothing to go on with, and errs where that cannot be gone on with.
func (l *lab) restore(e experiment.Experiment, kept js.Value, like func(a, b experiment.Experiment) bool) (bool,
	error) {
	data := make([]byte, kept.Get("data").Length())
	js.CopyBytesToGo(data, kept.Get("data"))
	st, err := session.DecodeState(bytes.NewReader(data))
	why := kept.Get("why") // where the reader has not gone away
	switch {
	case err != nil:
		return false, err
	case !like(st.Record.Experiment, e):
		return false, errors.New("the experiment of this address has another document now")
	case fits(e) != nil || st.Record.Last() < 1 && why.IsUndefined():
		return false, nil // the first is said where the run begins
	}
	s, err := session.Resume(st, l.hostOf(e))
	if err != nil {
		return false, err
	}
	l.put(s)
	if v, ok := panel.ParseSpeed(kept.Get("speed").String()); ok {
		s.SetSpeed(v)
	}
	if s.Pause(); kept.Get("playing").Bool() {
		s.Play()
	}
	l.notice = l.restored()
	if why.Type() == js.TypeString {
		l.notice = notice{Text: why.String() + " " + l.notice.Text}
	}
	if f := st.Foreign(l.host.Engine()); f != "" {
		l.notice.Text += " " + f
	}
	return true, nil
}

// restored says what has come back.
func (l *lab) restored() notice {
	return notice{Text: fmt.Sprintf("Restored: %s.", words(l.session.Record())), Way: "Begin anew", then: l.reset}
}
