package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	tiktoken "github.com/pkoukk/tiktoken-go"
)

// letters are the characters that stand for bytes in tokens of byte-level BPE, by byte: printable ones of Latin-1 for
// themselves, the others, in order, those from 256 on (bytes_to_unicode of GPT-2's encoder.py).
var letters = func() (all [256]rune) {
	next := rune(256)
	for b := range all {
		if r := rune(b); r >= '!' && r <= '~' || r >= '¡' && r <= '¬' || r >= '®' {
			all[b] = r
			continue
		}
		all[b] = next
		next++
	}
	return all
}()

// byteOf is the byte of each letter.
var byteOf = func() map[rune]byte {
	all := map[rune]byte{}
	for b, r := range letters {
		all[r] = byte(b)
	}
	return all
}()

// bytesOf are those that a token stands for.
func bytesOf(token string) (string, error) {
	var s strings.Builder
	for _, r := range token {
		b, ok := byteOf[r]
		if !ok {
			return "", fmt.Errorf("its token %q has %q, which stands for no byte: it is no byte-level BPE", token, r)
		}
		s.WriteByte(b)
	}
	return s.String(), nil
}

// pairs are the two tokens of each merge, as bytes.
func (m *modelPart) pairs() ([][2]string, error) {
	all := make([][2]string, len(m.Merges))
	for i, raw := range m.Merges {
		var both []string
		if err := json.Unmarshal(raw, &both); err != nil {
			var line string
			if err := json.Unmarshal(raw, &line); err != nil {
				return nil, fmt.Errorf("its merge %d is no pair", i)
			}
			both = strings.Split(line, " ")
		}
		if len(both) != 2 || both[0] == "" || both[1] == "" {
			return nil, fmt.Errorf("its merge %d is no pair", i)
		}
		for k, token := range both {
			if _, ok := m.Vocab[token]; !ok {
				return nil, fmt.Errorf("its merge %d is of %q, which is no token", i, token)
			}
			var err error
			if all[i][k], err = bytesOf(token); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// ranks are the numbers of tokens by their bytes, of tokens that only the text is searched for without those.
func (f *file) ranks() (map[string]int, error) {
	whole := map[string]int{}
	for _, a := range f.AddedTokens {
		whole[a.Content] = a.ID
	}
	ranks := make(map[string]int, len(f.Model.Vocab))
	taken := make(map[int]string, len(f.Model.Vocab))
	for token, id := range f.Model.Vocab {
		if id < 0 || id >= MaxSymbols {
			return nil, fmt.Errorf("its token %q has the number %d; allowed are 0 to %d", token, id, MaxSymbols-1)
		}
		if other, ok := taken[id]; ok {
			return nil, fmt.Errorf("its tokens %q and %q have one number, %d", min(token, other), max(token, other), id)
		}
		taken[id] = token
		if at, ok := whole[token]; ok && at == id {
			continue
		}
		text, err := bytesOf(token)
		if err != nil {
			return nil, err
		}
		ranks[text] = id
	}
	for b, letter := range letters {
		if _, ok := ranks[string([]byte{byte(b)})]; !ok {
			return nil, fmt.Errorf("it has no token %q for the byte %d; all 256 are needed", string(letter), b)
		}
	}
	return ranks, nil
}

// maxToken bounds the bytes of a token: they are merged here once, in a time that grows with the square.
const maxToken = 1024

// follows errs where going by the numbers of tokens, as the library does, does not come to the same as the merges of
// the file. It does where merges come in the order of the tokens that they make, and each token is made by merges of
// tokens before it, of two that are a merge: what stands in a word beside each other and makes a token together was
// merged exactly as the token alone is, as no token reaches across its ends.
func follows(ranks map[string]int, pairs [][2]string) error {
	listed := make(map[[2]string]bool, len(pairs))
	last := -1
	for i, p := range pairs {
		id, ok := ranks[p[0]+p[1]]
		switch {
		case !ok:
			return fmt.Errorf("its merge %d makes %q, which is no token", i, p[0]+p[1])
		case id < last:
			return fmt.Errorf("its merge %d makes the token %d after the token %d; merges are read that come in the "+
				"order of their tokens", i, id, last)
		}
		listed[p], last = true, id
	}
	for token, id := range ranks {
		if len(token) < 2 {
			continue
		}
		if len(token) > maxToken {
			return fmt.Errorf("its token %d has %d bytes; at most %d are read", id, len(token), maxToken)
		}
		if made := merged(token, ranks, id); len(made) != 2 || !listed[[2]string{made[0], made[1]}] {
			return fmt.Errorf("its merges do not make the token %d, %q, of tokens before it", id, token)
		}
	}
	return nil
}

// merged are the tokens below a number that a word becomes: again and again the first pair of those that make the
// lowest.
func merged(word string, ranks map[string]int, below int) []string {
	at := make([]int, len(word)+1) // where parts begin, and the end
	for i := range at {
		at[i] = i
	}
	for {
		best, pair := below, -1
		for i := range len(at) - 2 {
			if id, ok := ranks[word[at[i]:at[i+2]]]; ok && id < best {
				best, pair = id, i
			}
		}
		if pair < 0 {
			break
		}
		at = slices.Delete(at, pair+1, pair+2)
	}
	parts := make([]string, len(at)-1)
	for i := range parts {
		parts[i] = word[at[i]:at[i+1]]
	}
	return parts
}

// newBPE is the library's encoder of a vocabulary.
func newBPE(ranks map[string]int, pattern string) (*tiktoken.Tiktoken, error) {
	if pattern == "" {
		return nil, errors.New("its pre_tokenizer splits a text into no words, which is not read")
	}
	core, err := tiktoken.NewCoreBPE(ranks, nil, pattern)
	if err != nil {
		return nil, err
	}
	return tiktoken.NewTiktoken(core, &tiktoken.Encoding{Name: "tokenizer.json", PatStr: pattern,
		MergeableRanks: ranks, ExplicitNVocab: math.MaxInt}, nil), nil
}
