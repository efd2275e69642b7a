package peak

import "golang.org/x/sys/cpu"

// fma512 does n passes over 16 chains of fused multiply-adds of 512 bits.
//
//go:noescape
func fma512(n int)

// fma256 does n passes over 12 chains of fused multiply-adds of 256 bits.
//
//go:noescape
func fma256(n int)

func vectors() []Peak {
	var all []Peak
	if cpu.X86.HasAVX512F {
		all = append(all, Peak{"avx512", "512-bit fused multiply-add", 16 * 16 * 2, fma512})
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		all = append(all, Peak{"avx2", "256-bit fused multiply-add", 12 * 8 * 2, fma256})
	}
	return all
}
