package cuda

// SetLogits sets how many elements of logits may stand there at once in learners that are made from now on.
func SetLogits(f *Factory, n int) { f.logits = n }
