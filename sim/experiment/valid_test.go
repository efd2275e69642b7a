package experiment

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shares reports whether two values of one type have memory in common.
func shares(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Struct:
		for i := range a.NumField() {
			if shares(a.Field(i), b.Field(i)) {
				return true
			}
		}
	case reflect.Slice:
		if a.Len() == 0 || a.Pointer() == b.Pointer() {
			return a.Len() > 0
		}
		for i := range min(a.Len(), b.Len()) {
			if shares(a.Index(i), b.Index(i)) {
				return true
			}
		}
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.Interface, reflect.UnsafePointer:
		return !a.IsNil()
	}
	return false
}

func TestWhatWasFoundValidSharesNothingWithTheDocumentThatItCameOfNorWithACopyOfIt(t *testing.T) {
	for _, b := range Builtins() {
		v, err := b.Validate()
		require.NoError(t, err)
		held := reflect.ValueOf(v.e)
		assert.True(t, shares(held, held))
		assert.False(t, shares(held, reflect.ValueOf(b.Experiment)))
		assert.False(t, shares(held, reflect.ValueOf(v.Experiment())))
		assert.Equal(t, b.Experiment, v.Experiment())
	}
}

func TestWhatIsNotValidGivesNothingThatCouldBeRun(t *testing.T) {
	wrong := Default()
	wrong.Arms[1].Widen[0].Step = wrong.Steps + 1
	heavy := Default()
	heavy.Model.Hidden, heavy.Model.Inner = 2048, 2048
	_, err := heavy.Validate()
	require.NoError(t, err, "a file may")
	for name, read := range map[string]func() (Valid, error){
		"a document":             wrong.Validate,
		"a file":                 func() (Valid, error) { return Parse(wrong.JSON()) },
		"a file cut short":       func() (Valid, error) { return Parse(wrong.JSON()[:99]) },
		"a link":                 func() (Valid, error) { return FromLink(wrong.Link()) },
		"a link to what is huge": func() (Valid, error) { return FromLink(heavy.Link()) },
		"an address":             func() (Valid, error) { return FromAddress("#" + wrong.Link()) },
	} {
		v, err := read()
		assert.Error(t, err, name)
		assert.Zero(t, v, name)
	}
}
