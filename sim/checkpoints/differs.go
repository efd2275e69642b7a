package checkpoints

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// differs says where two documents first differ, and how; empty where they are the same.
func differs(there, here []byte) string {
	if bytes.Equal(there, here) {
		return ""
	}
	var a, b any
	if json.Unmarshal(there, &a) != nil || json.Unmarshal(here, &b) != nil {
		return "it cannot be read"
	}
	if at := unlike("", a, b); at != "" {
		return at
	}
	return "numbers differ in their last places"
}

// unlike looks for the first difference below a path.
func unlike(path string, a, b any) string {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			break
		}
		all := maps.Clone(x)
		maps.Copy(all, y)
		for _, key := range slices.Sorted(maps.Keys(all)) {
			if at := unlike(path+"."+key, x[key], y[key]); at != "" {
				return at
			}
		}
		return ""
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			break
		}
		for i := range x {
			if at := unlike(fmt.Sprintf("%s[%d]", path, i), x[i], y[i]); at != "" {
				return at
			}
		}
		return ""
	}
	if says(a) == says(b) {
		return ""
	}
	return fmt.Sprintf("%s is %s there and %s here", strings.TrimPrefix(path, "."), says(a), says(b))
}

// says is a value, cut where it is long; a key that is missing says nothing.
func says(x any) string {
	if x == nil {
		return "not set"
	}
	text, err := json.Marshal(x)
	if err != nil {
		return fmt.Sprint(x)
	}
	if len(text) > 60 {
		return strings.ToValidUTF8(string(text[:60]), "") + "…"
	}
	return string(text)
}
