package peak

// mulAdd128 turns 14 independent chains of a multiplication and an addition n times.
//
//go:noescape
func mulAdd128(n int)

func vectors() []Limit {
	one := loop{14 * 4 * 2, mulAdd128}
	return []Limit{{"wasm", "128-bit multiply and add", one, one}}
}
