package peak

import "golang.org/x/sys/cpu"

// Each of these turns n times: multiply-adds in 16 chains of 512 bits or 12 of 256, and mixes of 24 instructions.
//
//go:noescape
func fma512(n int)

//go:noescape
func fma256(n int)

//go:noescape
func addMul512(n int)

//go:noescape
func addFMA512(n int)

//go:noescape
func maxFMA512(n int)

//go:noescape
func addMul256(n int)

//go:noescape
func addFMA256(n int)

//go:noescape
func maxFMA256(n int)

func vectors() []Limit {
	mixes := func(lanes int, runs ...func(int)) []loop {
		var all []loop
		for _, run := range runs {
			all = append(all, loop{24 * lanes, run})
		}
		return all
	}
	var all []Limit
	if cpu.X86.HasAVX512F {
		all = append(all, Limit{"avx512", "512-bit fused multiply-add", false, loop{16 * 16 * 2, fma512},
			mixes(16, addMul512, addFMA512, maxFMA512)})
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		all = append(all, Limit{"avx2", "256-bit fused multiply-add", false, loop{12 * 8 * 2, fma256},
			mixes(8, addMul256, addFMA256, maxFMA256)})
	}
	return all
}
