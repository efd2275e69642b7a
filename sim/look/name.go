package look

import "github.com/sparkling-lab/sparkling/model"

// PartName is what people call the tensors of a part.
func PartName(p model.Part) string {
	return [model.Parts]string{"embedding", "attention norm", "query", "key", "value", "attention output",
		"query norm", "key norm", "expert norm", "router", "gate", "up", "down", "last norm", "output",
		"query bias", "key bias", "value bias"}[p]
}
