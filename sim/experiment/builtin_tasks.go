package experiment

import "github.com/sparkling-lab/sparkling/sim/task"

// tasks are what else can be learnt, one experiment each. Their settings were searched on the seeds 101 to 108, see
// docs/tasks.md.
func tasks() []Builtin {
	return []Builtin{
		variant("Languages", "languages",
			"Sixteen random languages over one alphabet, told apart by the first symbol of a row. What may follow a "+
				"letter differs in each. What does the added width learn, and which expert gets which language?",
			func(e *Experiment) {
				e.Task = task.Spec{Kind: task.KindLanguages, Languages: 16, Letters: 36, Table: 1, Seq: 32, Batch: 16}
				e.Model.Inner = 4
				e.Optimizer.Beta2 = 0.95
				e.Arms = arms(twice(300), "small", "copy", "asymmetric", "sparkling")
			}),
		variant("Sums", "sums",
			"All sums (a + b) mod 31, of which 30 % are never trained on. Whoever remembers knows only the others; "+
				"whoever calculates knows all. Which of the two does added width do?",
			func(e *Experiment) {
				e.Task = task.Spec{Kind: task.KindSums, Modulus: 31, Validation: 0.3, Table: 1, Seq: 3, Batch: 128}
				e.Steps = 600
				e.Model.Inner = 4
				e.Optimizer.Beta2, e.Optimizer.WeightDecay = 0.95, 1
				e.Arms = arms(twice(120), "small", "copy", "asymmetric", "sparkling")
			}),
		variant("Induction", "induction",
			"Strings of random letters that are written again and again. Nothing is worth remembering: attention has "+
				"to find the place. Wider experts help a little with that, and no more.",
			func(e *Experiment) {
				e.Task = task.Spec{Kind: task.KindInduction, Letters: 10, Seq: 20, Batch: 32}
				e.Model.Inner = 8
				e.Optimizer.Beta2 = 0.95
				e.Arms = arms(twice(300), "small", "copy", "asymmetric", "sparkling")
			}),
	}
}
