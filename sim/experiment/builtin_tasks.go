package experiment

import "github.com/sparkling-lab/sparkling/sim/task"

// tasks are what else can be learnt, one experiment each.
func tasks() []Builtin {
	return []Builtin{
		variant("Languages", "languages",
			"Eight random languages over one alphabet, told apart by the first symbol of a row. This is what experts "+
				"are for: which of them get which language?",
			func(e *Experiment) {
				e.Task = task.Spec{Kind: task.KindLanguages, Languages: 8, Letters: 26, Table: 1, Seq: 32, Batch: 16}
				e.Model.Inner = 8
				e.Optimizer.Beta2 = 0.95
				e.Arms = arms(twice(300), "small", "copy", "asymmetric", "sparkling")
			}),
		variant("Sums", "sums",
			"All sums (a + b) mod 23, of which a fifth is never trained on. Does what is added help to calculate, or "+
				"only to remember?",
			func(e *Experiment) {
				e.Task = task.Spec{Kind: task.KindSums, Modulus: 23, Validation: 0.2, Table: 1, Seq: 3, Batch: 128}
				e.Model.Inner = 8
				e.Optimizer.Beta2 = 0.95
				e.Arms = arms(twice(300), "small", "copy", "asymmetric", "sparkling")
			}),
		variant("Induction", "induction",
			"Strings of random letters that are written again and again. Nothing is worth remembering: attention has "+
				"to find the place.",
			func(e *Experiment) {
				e.Task = task.Spec{Kind: task.KindInduction, Letters: 26, Seq: 32, Batch: 16}
				e.Model.Inner = 8
				e.Optimizer.Beta2 = 0.95
				e.Arms = arms(twice(300), "small", "copy", "asymmetric", "sparkling")
			}),
	}
}
