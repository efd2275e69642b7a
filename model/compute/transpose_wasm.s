#include "textflag.h"

#define MOVE(P, OFF)  Get R0; I32WrapI64; Get P; I32WrapI64; F32Load $0; F32Store $OFF;
#define NEXT(P, STEP) Get P; STEP; I64Add; Set P;

// A column of src becomes a row of dst; moving single numbers is as fast as shuffling vectors, for which it takes as many instructions.
//
// func transpose4(dst *float32, ldd int, src *float32, lds, cols int)
TEXT ·transpose4(SB), NOSPLIT, $0-40
	MOVD dst+0(FP), R0
	MOVD ldd+8(FP), R1
	MOVD src+16(FP), R2
	MOVD lds+24(FP), R6
	MOVD cols+32(FP), R7
	Get R2; Get R6; I64Add; Set R3
	Get R3; Get R6; I64Add; Set R4
	Get R4; Get R6; I64Add; Set R5
	Loop
		MOVE(R2, 0)
		MOVE(R3, 4)
		MOVE(R4, 8)
		MOVE(R5, 12)
		NEXT(R0, Get R1)
		NEXT(R2, I64Const $4)
		NEXT(R3, I64Const $4)
		NEXT(R4, I64Const $4)
		NEXT(R5, I64Const $4)
		Get R7
		I64Const $1
		I64Sub
		Tee R7
		I64Const $0
		I64Ne
		BrIf $0
	End
	RET
