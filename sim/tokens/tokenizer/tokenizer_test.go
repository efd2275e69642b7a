package tokenizer

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// kept reads a file of testdata.
func kept[T any](t testing.TB, name string) (v T) {
	data, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &v))
	return v
}

// changed is the tokenizer.json of testdata with other parts; a path of keys leads to each.
func changed(t testing.TB, parts map[string]any) []byte {
	all := kept[map[string]any](t, "tokenizer.json")
	for path, v := range parts {
		at, keys := all, strings.Split(path, ".")
		for _, key := range keys[:len(keys)-1] {
			at = at[key].(map[string]any)
		}
		at[keys[len(keys)-1]] = v
	}
	data, err := json.Marshal(all)
	require.NoError(t, err)
	return data
}

// The tokens are those of Hugging Face's own library, for every part that is read.
func TestTokensAreThoseOfHuggingFacesLibrary(t *testing.T) {
	variants := kept[map[string]map[string]any](t, "variants.json")
	by := map[string]*Tokenizer{}
	for name, parts := range variants {
		tok, err := Read(changed(t, parts))
		require.NoError(t, err, name)
		assert.Equal(t, 256+768+1, tok.Symbols())
		by[name] = tok
	}
	for _, v := range kept[[]struct {
		Variant, Text string
		Ids           []uint16
	}](t, "vectors.json") {
		got, err := by[v.Variant].Encode(nil, v.Text)
		require.NoError(t, err)
		if len(v.Ids) == 0 {
			assert.Empty(t, got)
			continue
		}
		assert.Equal(t, v.Ids, got, "%s: %q", v.Variant, v.Text)
	}
}

// What a file asks for and is not done here is refused by its name, in one sentence.
func TestATokenizerThatIsNotReadIsRefusedByName(t *testing.T) {
	type m = map[string]any
	added := func(change m) []any {
		a := m{"id": 1024, "content": "<|endoftext|>", "special": true}
		for k, v := range change {
			a[k] = v
		}
		return []any{a}
	}
	split := func(regex, behaviour string) m {
		return m{"type": "Sequence", "pretokenizers": []any{m{"type": "Split", "behavior": behaviour,
			"pattern": m{"Regex": regex}}, m{"type": "ByteLevel", "use_regex": false}}}
	}
	model := kept[m](t, "tokenizer.json")["model"].(m)
	merges := model["merges"].([]any)
	swapped := append([]any{merges[1], merges[0]}, merges[2:]...)
	without := func(token string) m {
		vocab := m{}
		for k, v := range model["vocab"].(m) {
			if vocab[k] = v; k == token {
				delete(vocab, k)
			}
		}
		return vocab
	}
	twice := without("a")
	twice["a"] = twice["b"]
	high := without("a")
	high["a"] = 65536
	two := [2]m{}
	free := without("")
	free["thelight"] = 1025
	for want, parts := range map[string]m{
		`its version is "2.0"`:                             {"version": "2.0"},
		"it has a truncation":                              {"truncation": m{"max_length": 512}},
		"it has a padding":                                 {"padding": m{"strategy": "BatchLongest"}},
		`its normalizer is "Lowercase"`:                    {"normalizer": m{"type": "Lowercase"}},
		`its normalizer is "Sequ`:                          {"normalizer": m{"type": "Sequence", "normalizers": two}},
		`its model.type is "Unigram"`:                      {"model.type": "Unigram"},
		"it has a model.dropout":                           {"model.dropout": 0.1},
		"it has a model.continuing_subword_prefix":         {"model.continuing_subword_prefix": "##"},
		"it has a model.end_of_word_suffix":                {"model.end_of_word_suffix": "</w>"},
		"it has a model.byte_fallback":                     {"model.byte_fallback": true},
		`unknown field "shuffle"`:                          {"model.shuffle": true},
		`unknown field "languages"`:                        {"languages": []string{"en"}},
		`"<|endoftext|>" is stripped`:                      {"added_tokens": added(m{"lstrip": true})},
		`"<|endoftext|>" has the number 65536`:             {"added_tokens": added(m{"id": 65536})},
		`"a\nb" has a newline`:                             {"added_tokens": added(m{"content": "a\nb"})},
		`its post_processor is "BertProcessing"`:           {"post_processor": m{"type": "BertProcessing"}},
		"it has a pre_tokenizer.add_prefix_space":          {"pre_tokenizer.add_prefix_space": true},
		"its pre_tokenizer has a Metaspace":                {"pre_tokenizer": m{"type": "Metaspace"}},
		"its pre_tokenizer has a Digits, which is not":     {"pre_tokenizer": m{"type": "Digits"}},
		"its pre_tokenizer has no ByteLevel":               {"pre_tokenizer": nil},
		"splits a text into no words":                      {"pre_tokenizer.use_regex": false},
		`its pre_tokenizer splits by "\\w+" (Isolated)`:    {"pre_tokenizer": split(`\w+`, "Isolated")},
		"(Removed), which is none":                         {"pre_tokenizer": split(patternGPT4, "Removed")},
		"its merge 0 is no pair":                           {"model.merges": []any{"a b c"}},
		"its merge 1 is no pair":                           {"model.merges": []any{merges[0], 7}},
		`its merge 0 is of "thelight", which is no`:        {"model.merges": []any{"thelight a"}},
		"its merge 1 makes the token 256 after the 257":    {"model.merges": swapped},
		`it has no token "a" for the byte 97`:              {"model.vocab": without("a")},
		`its tokens "a" and "b" have one number`:           {"model.vocab": twice},
		`its token "a" has the number 65536; allowed are`:  {"model.vocab": high},
		"its merges do not make the token":                 {"model.merges": merges[:700]},
		`do not make the token 1025, "thelight"`:           {"model.vocab": free},
		`its token "日" has '日', which stands for no byte`:  {"model.vocab.日": 1025},
		"its model is WordLevel, which is read where a te": {"model.type": "WordLevel"},
	} {
		_, err := Read(changed(t, parts))
		if assert.ErrorContains(t, err, strings.Replace(want, "after the 257", "after the token 257", 1)) {
			assert.NotContains(t, err.Error(), "\n")
		}
	}
	for want, data := range map[string]string{"it is no tokenizer.json": "{", "goes on after its end": "{} x"} {
		_, err := Read([]byte(data))
		assert.ErrorContains(t, err, want)
	}
	_, err := Read(make([]byte, MaxFile+1))
	assert.ErrorContains(t, err, "no more are read")
}

// A word without an end would be merged for hours; where it begins is said.
func TestAnEndlessWordIsRefused(t *testing.T) {
	tok, err := Read(changed(t, nil))
	require.NoError(t, err)
	_, err = tok.Encode(nil, "light "+strings.Repeat("x", maxWord-1)+" y")
	require.NoError(t, err)
	_, err = tok.Encode(nil, "light "+strings.Repeat("x", maxWord+1))
	var place *PlaceError
	require.ErrorAs(t, err, &place)
	assert.Equal(t, 6, place.At)
	_, err = tok.Encode(nil, "light"+strings.Repeat(" ", maxWord+1))
	assert.ErrorContains(t, err, fmt.Sprint(maxWord))
}

func TestAnAlphabetIsATokenizerOfItsCharacters(t *testing.T) {
	var a Alphabet
	a.Add("light, 光\n")
	a.Add("<r>")
	tok, err := a.Tokenizer()
	require.NoError(t, err)
	again, err := Read(tok.JSON())
	require.NoError(t, err)
	for _, tok := range []*Tokenizer{tok, again} {
		assert.Equal(t, 12, tok.Symbols())
		ids, err := tok.Encode(nil, "\n ,<>ghilrt光")
		require.NoError(t, err)
		assert.Equal(t, []uint16{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, ids)
		_, err = tok.Encode(nil, "rights")
		assert.ErrorContains(t, err, `the character 's' is none of the tokenizer's`)
		var place *PlaceError
		require.ErrorAs(t, err, &place)
		assert.Equal(t, 5, place.At)
	}
	by, err := Characters([]rune("ab�"), true)
	require.NoError(t, err)
	read, err := Read(by.JSON())
	require.NoError(t, err)
	ids, err := read.Encode(nil, "xb�aö")
	require.NoError(t, err, "the last stands for what has no token")
	assert.Equal(t, []uint16{2, 1, 2, 0, 2}, ids)

	_, err = Characters([]rune("aba"), false)
	assert.ErrorContains(t, err, `'a' is both token 0 and token 2`)
	_, err = new(Alphabet).Tokenizer()
	assert.ErrorContains(t, err, "0 different characters; allowed are 2 to 65536")
	for want, parts := range map[string][2]string{
		"is not one character":  {`"g"`, `"gg"`},
		"allowed are 0 to 11":   {`": 3`, `": 2`},
		"which is read where a": {`"Isolated"`, `"Removed"`},
	} {
		_, err := Read([]byte(strings.Replace(string(tok.JSON()), parts[0], parts[1], 1)))
		assert.ErrorContains(t, err, want)
	}
}

// Whatever a file holds, it is read or refused, and what is read makes tokens below the number of symbols.
func FuzzRead(f *testing.F) {
	few := map[string]any{"added_tokens": []any{}}
	vocab := map[string]int{"he": 256, "the": 257}
	for b, letter := range letters {
		vocab[string(letter)] = b
	}
	few["model.vocab"], few["model.merges"] = vocab, []string{"h e", "t he"}
	f.Add(changed(f, few), "the rays")
	for _, parts := range kept[map[string]map[string]any](f, "variants.json") {
		maps.Copy(few, parts)
		f.Add(changed(f, few), "größer  als 17<|endoftext|>")
	}
	f.Add([]byte(`{"version":"1.0","model":{"type":"WordLevel","vocab":{"a":0,"b":1}},"pre_tokenizer":{"type":"Split",`+
		`"pattern":{"Regex":"[\\s\\S]"},"behavior":"Isolated"}}`), "ab")
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		tok, err := Read(data)
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		ids, err := tok.Encode(nil, strings.ToValidUTF8(text, ""))
		if err != nil {
			return
		}
		for _, id := range ids {
			require.Less(t, int(id), tok.Symbols())
		}
	})
}
