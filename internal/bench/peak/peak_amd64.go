package peak

import "golang.org/x/sys/cpu"

// fma512 and fma256 turn 16 and 12 independent chains of fused multiply-adds n times.
//
//go:noescape
func fma512(n int)

//go:noescape
func fma256(n int)

func vectors() []Limit {
	var all []Limit
	if cpu.X86.HasAVX512F {
		all = append(all, Limit{"avx512", "512-bit fused multiply-add", 16 * 16 * 2, fma512})
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		all = append(all, Limit{"avx2", "256-bit fused multiply-add", 12 * 8 * 2, fma256})
	}
	return all
}
