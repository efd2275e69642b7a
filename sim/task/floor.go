package task

import "math"

// Floor is the mean loss, in nats a label that counts, of a reader who knows the table and weighs what a row has shown
// so far as it should be weighed. Letters cannot be foreseen; and a row begins anywhere in a fact, which its reader has
// to find out. Where only answers count, every row is as heavy as it has answers.
func (f *Facts) Floor(seq int) float64 {
	letters := math.Log(float64(f.letters))
	pair, answers := f.tailEntropy()
	if f.answers {
		// Who is asked for answers only knows what is read last: a second letter. So the answer is known but where a
		// row begins with that letter, which one row in factLen does; and of as many rows that begin in different
		// roles, each label is an answer in one.
		return (pair - letters) / float64(seq)
	}
	// The entropy of a row of seq + 1 symbols less that of its first, which is no label. Where a row begins is known
	// once a space was read, and every row has one: the row's entropy is that of its beginning and, given that, of its
	// letters.
	sum := math.Log(factLen)
	for role := range factLen {
		sum += f.rowEntropy(role, seq+1, pair, answers) / factLen
	}
	return (sum - f.firstEntropy()) / float64(seq)
}

// rowEntropy is that of n symbols that begin with a role.
func (f *Facts) rowEntropy(role, n int, pair, answers float64) float64 {
	letters, sum := math.Log(float64(f.letters)), 0.0
	switch role { // what is left of a fact
	case answer:
		sum, n = answers, n-1
	case second:
		sum, n = pair, n-2
	case first:
		sum, n = 2*letters, n-3
	}
	sum += float64(n/factLen) * 2 * letters
	return sum + float64(min(max(n%factLen-1, 0), 2))*letters
}

// tailEntropy is that of the second letter of a fact with its answer, and of the answer alone.
func (f *Facts) tailEntropy() (pair, alone float64) {
	n := int(f.letters)
	pairs, answers := make([]float64, n*(n+1)), make([]float64, n+1)
	for i, c := range f.table {
		pairs[i%n*(n+1)+int(c)]++
		answers[c]++
	}
	return entropy(pairs), entropy(answers)
}

// firstEntropy is that of a row's first symbol: a space, one of the two letters, or an answer.
func (f *Facts) firstEntropy() float64 {
	n := int(f.letters)
	count := make([]float64, n+1)
	count[spaceSymbol] = float64(n * n)
	for i, c := range f.table {
		count[1+i/n]++
		count[1+i%n]++
		count[c]++
	}
	return entropy(count)
}

// entropy is that of what was counted, in nats.
func entropy(count []float64) float64 {
	var sum, all float64
	for _, n := range count {
		all += n
	}
	for _, n := range count {
		if n > 0 {
			sum -= n / all * math.Log(n/all)
		}
	}
	return sum
}
