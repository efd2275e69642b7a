package experiment

import (
	"math"
	"strconv"
	"strings"
)

// Numbers that people type, on the page, in the window and on the command line, are read by the functions below and by
// no other. What could be meant for another number than is read is refused, as a comma, which divides thousands here
// and decimals there.

// parseError says what a number may be instead of what was typed: its kind, the bounds where there are any, and how it
// is written.
type parseError struct{ kind, bounds, written string }

func (m *parseError) Error() string { return "allowed is " + m.kind + m.bounds + m.written }

const (
	wholeNumber = "a whole number"
	realNumber  = "a number"
	inDigits    = ", in digits alone"
)

// digits reports whether a text is nothing but digits.
func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// ParseInt reads a whole number: digits, and a minus sign before them where it is below 0.
func ParseInt(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || !digits(strings.TrimPrefix(s, "-")) {
		return 0, &parseError{kind: wholeNumber, written: inDigits}
	}
	return n, nil
}

// ParseSeed reads a whole number from 0 to 2⁶⁴−1.
func ParseSeed(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || !digits(s) {
		return 0, &parseError{kind: wholeNumber, bounds: " from 0 to " + strconv.FormatUint(math.MaxUint64, 10),
			written: inDigits}
	}
	return n, nil
}

// ParseReal reads a finite number: digits, which may have a decimal point and an exponent.
func ParseReal(s string) (float64, error) {
	x, err := strconv.ParseFloat(s, 64)
	if err == nil && strings.Trim(s, "0123456789+-.eE") == "" {
		return x, nil
	}
	wrong := &parseError{kind: realNumber}
	if pointed := strings.Replace(s, ",", ".", 1); pointed != s {
		wrong.written = ", with a decimal point"
		if _, err := ParseReal(pointed); err == nil {
			wrong.written += ": " + pointed
		}
	}
	return 0, wrong
}
