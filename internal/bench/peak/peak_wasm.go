package peak

// mulAdd128 does n passes over 14 independent chains of a multiplication and an addition.
//
//go:noescape
func mulAdd128(n int)

func vectors() []Peak { return []Peak{{"wasm", "128-bit multiply and add", 14 * 4 * 2, mulAdd128}} }
