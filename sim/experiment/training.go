package experiment

import "github.com/sparkling-lab/sparkling/model"

// TrainingMemory is what one network of the experiment takes while it is trained, in bytes.
func (e Experiment) TrainingMemory(c model.Config) float64 { return e.footprint(c).Training() }
