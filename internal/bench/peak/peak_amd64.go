package peak

import "golang.org/x/sys/cpu"

// Each of these turns n times: multiply-adds in 16 chains of 512 bits or 12 of 256, and 12 chains with an addition beside each.
//
//go:noescape
func fma512(n int)

//go:noescape
func fma256(n int)

//go:noescape
func addFMA512(n int)

//go:noescape
func addFMA256(n int)

func vectors() []Limit {
	var all []Limit
	if cpu.X86.HasAVX512F {
		all = append(all, Limit{"avx512", "512-bit fused multiply-add", loop{16 * 16 * 2, fma512}, loop{12 * 16 * 3, addFMA512}})
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		all = append(all, Limit{"avx2", "256-bit fused multiply-add", loop{12 * 8 * 2, fma256}, loop{12 * 8 * 3, addFMA256}})
	}
	return all
}
