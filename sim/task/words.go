package task

import "fmt"

// Words are how pictures, tables and sentences speak of a task.
type Words struct {
	Unit    string // what a loss is of, in nats: "a character"
	Live    string // what the live validation loss is measured on
	Fixed   string // the same, said in full
	Title   string // of a picture of the validation loss
	Said    string // in a sentence, what the losses of a table are measured on before the end
	Ended   string // and at the end
	Measure string // what the right answers are
	Classes string // what the classes are of which it is counted which expert gets them
}

// Words are those of the task.
func (s Spec) Words() Words {
	if s.Kind == KindFacts {
		asked := fmt.Sprintf("%d facts, each asked alone", s.Letters*s.Letters)
		said := fmt.Sprintf("Val: the validation loss, of the answers to %s. Nothing is held out: what is to be seen "+
			"is memory.", asked)
		return Words{
			Unit: "an answer", Live: asked, Fixed: asked, Title: "Loss of facts that are asked alone",
			Said: said, Ended: said, Measure: "facts known",
			Classes: "questions by their second letter, which is read last",
		}
	}
	return Words{
		Unit: "a character", Live: fmt.Sprintf("%d windows", ValWindows),
		Title: "Loss on text that is never trained on",
		Fixed: fmt.Sprintf("%d fixed windows of the validation split", ValWindows), Measure: "characters foreseen",
		Classes: "characters by their kind",
		Said: fmt.Sprintf("Val: the validation loss on %d windows of text that is never trained on; on the full split "+
			"once, at the end.", ValWindows),
		Ended: fmt.Sprintf("Full val: the validation loss on all of the text that is never trained on, once, at the "+
			"end; until then the losses are those of %d windows of it.", ValWindows),
	}
}
