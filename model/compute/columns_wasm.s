//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "words_wasm.h"

// R0 args   R1 x   R2 step   R3 vectors left   V0 largest or factor   V1 result

#define OPEN          ARG(columnArgs_x, R1) ARG(columnArgs_step, R2) ARG(columnArgs_n, R3)
#define VECTOR          LOAD(R1, 0)
#define ONWARD          SUM(R1, R2, R1) REPEAT(R3)

// func topLoop(a *columnArgs)
TEXT ·topLoop(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	OPEN
	VECTOR
	Set V0
	Loop
		Get V0
		VECTOR
		F32x4Pmax
		Set V0
		ONWARD
	End
	Get R0
	I32WrapI64
	Get V0
	V128Store $0, $columnArgs_v
	RET

// func scaleLoop(a *columnArgs)
TEXT ·scaleLoop(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	OPEN
	Get R0
	I32WrapI64
	V128Load $columnArgs_v
	Set V0
	Loop
		VECTOR
		Get V0
		F32x4Mul
		Set V1
		Get R1
		I32WrapI64
		Get V1
		V128Store $0, $0
		ONWARD
	End
	RET
