package keys

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var names = map[string]string{"model.lb_coef": "aux_loss_coef", "arms.widen.state": "optimizer_states", "": "nothing"}

func TestOnlyTheKeysThatANameIsGivenForAreRenamedAndNothingElseChangesByAByte(t *testing.T) {
	for name, x := range map[string]struct{ text, want string }{
		"spacing stays": {"{ \"model\" :\n\t{\"lb_coef\": 1e-2 } }", "{ \"model\" :\n\t{\"aux_loss_coef\": 1e-2 } }"},
		"capitals":      {`{"Model": {"LB_Coef": 1}}`, `{"Model": {"aux_loss_coef": 1}}`},
		"escaped":       {`{"model": {"lb\u005fcoef": 1}}`, `{"model": {"aux_loss_coef": 1}}`},
		"in lists": {`{"arms":[{"widen":[{"state":"copy"},{"state":"drop"}]},{"state":"x"}]}`,
			`{"arms":[{"widen":[{"optimizer_states":"copy"},{"optimizer_states":"drop"}]},{"state":"x"}]}`},
		"a value of that name": {`{"model":{"a":"lb_coef","b":["lb_coef"]}}`,
			`{"model":{"a":"lb_coef","b":["lb_coef"]}}`},
		"another place": {`{"lb_coef":1,"x":{"model":{"lb_coef":2}}}`,
			`{"lb_coef":1,"x":{"model":{"lb_coef":2}}}`},
		"an empty key": {`{"":{"model":1},"model":{"lb_coef":2}}`,
			`{"nothing":{"model":1},"model":{"aux_loss_coef":2}}`},
		"twice": {`{"model":{"lb_coef":1,"lb_coef":2}}`,
			`{"model":{"aux_loss_coef":1,"aux_loss_coef":2}}`},
		"cut":     {`{"model":{"lb_coef":1`, `{"model":{"aux_loss_coef":1`},
		"no JSON": {`model.lb_coef`, `model.lb_coef`},
	} {
		assert.Equal(t, x.want, string(Rename([]byte(x.text), names)), name)
	}
}

func TestWhatWasRenamedGetsItsNameBack(t *testing.T) {
	there := map[string]string{"model.lb_coef": "aux_loss_coef", "arms.widen.state": "optimizer_states"}
	text := `{"model":{"lb_coef":1},"arms":[{"widen":[{"state":"copy"}]}]}`
	assert.Equal(t, text, string(Rename(Rename([]byte(text), there), Turned(there))))
}

func FuzzValidTextStaysValid(f *testing.F) {
	f.Add([]byte(`{"model":{"lb_coef":1},"arms":[{"widen":[{"state":"copy"}]}]}`))
	f.Add([]byte(`[{"":""}]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		out := Rename(text, names)
		if json.Valid(text) {
			require.True(t, json.Valid(out), "%q", out)
		}
		if len(out) == len(text) {
			require.Equal(t, string(text), string(out))
		}
	})
}
