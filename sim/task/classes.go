package task

import (
	"strings"
	"unicode"
)

// MaxClasses is the most classes that a task tells symbols apart by.
const MaxClasses = 64

// Kinds of characters, in the order of the names that [Spec.Classes] has for them.
const (
	vowel = iota
	consonant
	otherLetter
	digit
	blank
	punctuation
)

// Classes name what the symbols that a network reads are told apart by, where it is counted what each expert gets: of a
// text the kinds of characters; of facts the questions by their second letter, which is read last, "_a" where that is
// a; of languages the rows by their language; of sums those that are held out; of strings how often a letter was there.
// There is always one, and at most [MaxClasses]; which is a symbol's, [Task].Class says.
func (s Spec) Classes() (list []string) {
	switch s.Kind {
	case KindFacts:
		for i := range s.Letters {
			list = append(list, "_"+s.Letter(i))
		}
		return list
	case KindLanguages:
		for i := range s.Languages {
			list = append(list, "language "+names[i:i+1])
		}
		return list
	case KindSums:
		if s.Validation == 0 {
			return []string{"sums"}
		}
		return []string{"sums trained on", "sums held out"}
	case KindInduction:
		return []string{"second time", "later times"}
	case KindTokens:
		return []string{"tokens"}
	}
	return []string{"vowels", "consonants", "other letters", "digits", "spaces", "punctuation"}
}

// Class implements [Task]: the letter that is read; a space is in no class.
func (f *Facts) Class(row []int32, at int) int { return int(row[at]) - 1 }

// Class implements [Task]: the kind of the character.
func (t *Text) Class(row []int32, at int) int { return int(t.kinds[row[at]]) }

// vowels are those of alphabets that have letters for them, in lower case.
const vowels = "aeiouàáâãäåæèéêëìíîïòóôõöøœùúûüāēīōūăĕĭŏŭąęįųőűıаеёиоуыэюяіїєαεηιουωάέήίόύώϊϋΐΰ"

// kinds are those of characters. The one that stands for many is [sharedSymbol], and counts as punctuation.
func kinds(symbols []rune) []uint8 {
	of := make([]uint8, len(symbols))
	for i, r := range symbols {
		of[i] = kind(r)
	}
	return of
}

func kind(r rune) uint8 {
	switch {
	case strings.ContainsRune(vowels, unicode.ToLower(r)):
		return vowel
	case unicode.IsLetter(r) && unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek):
		return consonant
	case unicode.IsLetter(r):
		return otherLetter
	case unicode.IsNumber(r):
		return digit
	case unicode.IsSpace(r):
		return blank
	}
	return punctuation
}
