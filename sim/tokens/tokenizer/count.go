package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Count is how many tokens a tokenizer.json has, of whatever kind, so of one that [Read] refuses too: one more than the
// largest of their numbers. It errs where the file is none.
func Count(data []byte) (n int, err error) {
	var f struct {
		AddedTokens []struct {
			ID int `json:"id"`
		} `json:"added_tokens"`
		Model struct {
			Vocab json.RawMessage `json:"vocab"`
		} `json:"model"`
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return 0, fmt.Errorf("it is no tokenizer.json: %w", err)
	}
	var numbers map[string]int
	var list []json.RawMessage // of Unigram: pieces and their scores, in the order of their numbers
	if json.Unmarshal(f.Model.Vocab, &numbers) != nil && json.Unmarshal(f.Model.Vocab, &list) != nil {
		return 0, errors.New("it is no tokenizer.json: it has no model.vocab")
	}
	n = len(list)
	for _, id := range numbers {
		n = max(n, id+1)
	}
	for _, a := range f.AddedTokens {
		n = max(n, a.ID+1)
	}
	return n, nil
}
