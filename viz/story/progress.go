package story

import (
	"encoding/json"
	"fmt"
)

// Progress is how far a reader has come in the lessons of the list, by their names. The page and the window keep it.
type Progress map[string]Mark

// Mark is where a reader was last in a lesson.
type Mark struct {
	Chapter string `json:"chapter"` // empty where it begins anew
	Done    bool   `json:"done"`    // it has been read to its end, once
}

// MostProgress is well above the bytes that any progress takes; more is not read.
const MostProgress = 1 << 14

// ReadProgress reads what [Progress.JSON] wrote. What it does not know it leaves out.
func ReadProgress(data []byte) Progress {
	var read, p = Progress{}, Progress{}
	if len(data) > MostProgress || json.Unmarshal(data, &read) != nil {
		return p
	}
	for _, l := range Lessons() {
		m, ok := read[l.Name]
		if l.Chapter(m.Chapter) < 0 {
			m.Chapter = ""
		}
		if ok && m != (Mark{}) {
			p[l.Name] = m
		}
	}
	return p
}

// JSON is what is to be kept.
func (p Progress) JSON() []byte {
	b, err := json.Marshal(p)
	if err != nil {
		panic(err) // plain data
	}
	return b
}

// Recall begins with what was kept of an earlier visit.
func (d *Director) Recall(p Progress) { d.progress = p }

// Progress is how far the reader has come.
func (d *Director) Progress() Progress { return d.progress }

// note notes how far the reader has come in a lesson that they chose. Who has come to its end begins anew next time;
// done it is only if nothing that it waited for went by unseen.
func (d *Director) note() {
	l := d.opened
	if l == nil || d.aim >= 0 {
		return
	}
	m := Mark{Chapter: l.Chapters[d.at].ID, Done: d.progress[l.Name].Done}
	switch {
	case d.complete() && !d.missed:
		m = Mark{Done: true}
	case d.at == 0:
		m.Chapter = ""
	}
	if m == d.progress[l.Name] {
		return
	}
	if d.progress == nil {
		d.progress = Progress{}
	}
	d.progress[l.Name] = m
}

// complete reports whether the lesson has been read to its end: all of it has happened, and what its last chapter waits
// for is done.
func (d *Director) complete() bool {
	return d.next(d.at) < 0 && d.aim < 0 && d.phase != asking && d.due() == nil &&
		(d.chapter().From != End || d.step >= d.exp.Steps)
}

// Offer is a lesson as the list of them shows it.
type Offer struct {
	Name    string `json:"name"`
	Title   string `json:"title"`   // with its place in the list
	Learn   string `json:"learn"`   // what is learnt
	Address string `json:"address"` // the fragment of the address that opens it, where its reader left it
	Said    string `json:"said"`    // how far its reader has come
	Done    bool   `json:"done"`
	Now     bool   `json:"now"` // it is the one that is told
}

// Offers are the lessons of the list.
func (d *Director) Offers() (list []Offer) {
	for _, l := range Lessons() {
		m := d.progress[l.Name]
		o := Offer{Name: l.Name, Title: l.title(), Learn: l.Learn, Address: Fragment(l.Name, m.Chapter), Done: m.Done,
			Now: d.lesson == l}
		switch k := l.Chapter(m.Chapter); {
		case k > 0:
			o.Said = fmt.Sprintf("go on at part %d of %d, %s", k+1, len(l.Chapters), l.Chapters[k].Title)
		case m.Done:
			o.Said = "done"
		}
		list = append(list, o)
	}
	return list
}

// title is the title of a lesson with its place in the list.
func (l *Lesson) title() string { return fmt.Sprintf("%d. %s", l.Order, l.Title) }

// following is the lesson that comes after the one that has been read to its end; nil where there is none.
func (d *Director) following() *Lesson {
	if d.lesson.Order == 0 || !d.complete() {
		return nil
	}
	for _, l := range Lessons() {
		if l.Order > d.lesson.Order {
			return l
		}
	}
	return nil
}
