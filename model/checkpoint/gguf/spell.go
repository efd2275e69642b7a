package gguf

import "strings"

// spelling is the character that stands for each byte in vocabularies over bytes: printable ones for themselves, the
// others from U+0100 on, in order (Radford et al. 2019, GPT-2).
var spelling = func() (all [256]rune) {
	next := rune(0x100)
	for b := range 256 {
		switch {
		case b >= '!' && b <= '~', b >= 0xa1 && b <= 0xac, b >= 0xae:
			all[b] = rune(b)
		default:
			all[b] = next
			next++
		}
	}
	return all
}()

// spell is a text with every byte as its character.
func spell(text string) string {
	var b strings.Builder
	for i := range len(text) {
		b.WriteRune(spelling[text[i]])
	}
	return b.String()
}

// joins are the merges that make one token of the bytes of a character, from the first on. No others begin with that
// byte's character, and none in the middle of another character, so that they meet nothing else.
func joins(character string) (all []string) {
	for n := 1; n < len(character); n++ {
		all = append(all, spell(character[:n])+" "+spell(character[n:n+1]))
	}
	return all
}
