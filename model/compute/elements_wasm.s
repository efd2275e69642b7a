//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "words_wasm.h"

// The whole vectors of AdamW: the steps of update_simd.go in the same order, so that the bits are the same as those of the
// compiled Go that does the rest.

// V0 to V7 the scalars   V8 p   V9 g   V10 m   V11 v
//
// func adamWLoop(a *adamWArgs)
TEXT ·adamWLoop(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	ARG(adamWArgs_p, R1)
	ARG(adamWArgs_g, R2)
	ARG(adamWArgs_m, R3)
	ARG(adamWArgs_v, R4)
	ARG(adamWArgs_rate, R5)
	ARG(adamWArgs_n, R6)
	ALL(adamWArgs_b1, V0)
	ALL(adamWArgs_b2, V1)
	ALL(adamWArgs_a1, V2)
	ALL(adamWArgs_a2, V3)
	ALL(adamWArgs_decay, V4)
	ALL(adamWArgs_eps, V5)
	ALL(adamWArgs_corr1, V6)
	ALL(adamWArgs_corr2, V7)
	Loop
		LOAD(R1, 0)
		Set V8
		LOAD(R2, 0)
		Set V9
		Get V0
		LOAD(R3, 0)
		F32x4Mul
		Get V2
		Get V9
		F32x4Mul
		F32x4Add
		Set V10
		Get V1
		LOAD(R4, 0)
		F32x4Mul
		Get V3
		Get V9
		F32x4Mul
		Get V9
		F32x4Mul
		F32x4Add
		Set V11
		STORE(R3, 0, V10)
		STORE(R4, 0, V11)
		Get V8
		LOAD(R5, 0)
		Get V4
		Get V8
		F32x4Mul
		Get V6
		Get V10
		F32x4Mul
		Get V11
		Get V7
		F32x4Mul
		F32x4Sqrt
		Get V5
		F32x4Add
		F32x4Div
		F32x4Add
		F32x4Mul
		F32x4Sub
		Set V8
		STORE(R1, 0, V8)
		NEXT(R1, 16)
		NEXT(R2, 16)
		NEXT(R3, 16)
		NEXT(R4, 16)
		NEXT(R5, 16)
		REPEAT(R6)
	End
	RET
