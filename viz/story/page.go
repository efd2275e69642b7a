package story

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// Page is what is to be read now.
type Page struct {
	Lesson   string   `json:"lesson"`
	Title    string   `json:"title"` // of a lesson of the list, or empty
	Learn    string   `json:"learn"` // what it teaches
	Chapters []Name   `json:"chapters"`
	Shown    int      `json:"shown"` // the chapter whose words these are
	Now      int      `json:"now"`   // the chapter that the run has come to
	Text     []Told   `json:"text"`
	Notes    []Told   `json:"notes"`
	Ask      []Run    `json:"ask"`     // a question, before what it is about happens
	Choices  []string `json:"choices"` // its answers
	Do       []Run    `json:"do"`      // what the reader is to do, where the chapter waits for that
	Act      string   `json:"act"`     // the same as [Do] names it, where it is still to be done
	Did      bool     `json:"did"`     // it is done
	Due      bool     `json:"due"`     // to go on is to skip it
	Goes     bool     `json:"goes"`    // there is something to go on to
	Holds    bool     `json:"holds"`   // the lesson waits now and then
	Seconds  int      `json:"seconds"` // until it goes on by itself; 0 where it does not
	Soon     string   `json:"soon"`    // when it goes on, in words; empty where that is the reader's to say
	Next     *Offer   `json:"next"`    // the lesson that comes after one that has been read to its end
	Outcome  *Outcome `json:"outcome"` // once the run is over, if it comes to one
}

// Name is what a chapter is called.
type Name struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// shown is the chapter that is to be read where a step is shown; −1 is the newest.
func (d *Director) shown(step int) int {
	switch {
	case d.aim >= 0:
		return d.aim
	case d.turned >= 0:
		return d.turned
	case step >= 0 && step < d.rec.Last():
		return d.byStep(step, d.forked)
	}
	return d.at
}

// Page is what is to be read at the state of the run that the director follows.
func (d *Director) Page(s panel.State) Page {
	p := Page{Lesson: d.lesson.Name, Shown: d.shown(s.Step), Now: d.at, Text: []Told{}, Choices: []string{},
		Ask: []Run{}, Do: []Run{}}
	if d.lesson.Order > 0 {
		p.Title, p.Learn = d.lesson.title(), d.lesson.Learn
	}
	if l := d.following(); l != nil {
		p.Next = &Offer{Name: l.Name, Title: l.title(), Address: Fragment(l.Name, "")}
	}
	for _, c := range d.lesson.Chapters {
		p.Chapters = append(p.Chapters, Name{c.ID, c.Title})
	}
	text, notes := d.lesson.Tell(p.Shown, s, d.rec, d.said)
	p.Notes = notes
	here := p.Shown == d.at && d.holds()
	m := &moment{State: s, rec: d.rec}
	q, do := d.chapter().Question, d.lesson.Chapters[p.Shown].Do
	switch {
	case d.aim >= 0:
		p.Text = []Told{{Items: [][]Run{{{Text: fmt.Sprintf("The run is on its way to this chapter: it is at step %s "+
			"of %s.", record.Thousands(s.Last), record.Thousands(d.stop(d.aim)))}}}}}
	case here && d.phase == asking:
		p.Ask, p.Choices = m.sentence(q.ask), q.Choices
	default:
		p.Text = text
		if do != nil {
			if p.Do, p.Did = m.sentence(do.say), d.did[d.lesson.Chapters[p.Shown].ID]; !p.Did {
				p.Act = do.Act
			}
		}
	}
	p.Due = here && d.phase == waiting && d.due() != nil
	p.Goes = here || p.Shown < d.at && d.turned >= 0
	p.Holds = !d.off && d.next(d.at) >= 0
	if here {
		p.Seconds = d.seconds()
	}
	switch stop := d.Limit(); {
	case p.Seconds > 0:
		p.Soon = fmt.Sprintf("or watch: it goes on in %d\u00a0s", p.Seconds)
	case p.Holds && !p.Goes && d.aim < 0 && stop > s.Last:
		p.Soon = "from step " + record.Thousands(stop) + " on"
	case p.Holds && !p.Goes && d.aim < 0 && stop < 0:
		p.Soon = "it goes on by itself at step " + record.Thousands(d.stop(d.next(d.at)))
	}
	if o, ok := OutcomeOf(s, d.rec); ok {
		p.Outcome = &o
	}
	return p
}

// Stage are the pictures that the words speak of where a step is shown; −1 is the newest.
func (d *Director) Stage(step int) Stage {
	shown := d.shown(step)
	c := d.lesson.Chapters[shown]
	if l := c.Later; l != nil && (shown != d.at || d.off || d.phase == waiting && d.ended >= seconds(l.Seconds)) {
		return l.Stage
	}
	return c.Stage
}
