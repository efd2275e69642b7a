//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "words_wasm.h"
#include "exp_wasm.h"

// The exponential is 2^n·e^r with n = round(x/ln 2) and a polynomial for e^r, |r| ≤ ln 2/2; ln 2 is taken off in two parts so that nothing is
// lost. The largest error is about 2 units in the last place. Arguments are cut to what a float32 can hold. ROUNDER is
// 1.5·2^23 + 127: adding it rounds to a whole number n, and n + 127, the exponent of 2^n, then stands in the low bits. The polynomial is 1 + r +
// r²·(P0 + P1·r + … + P4·r⁴) with the least relative error, 3e-9.
EVERYLANE(·exponential, LOWEST, (-87.3))
EVERYLANE(·exponential, HIGHEST, (88.3))
EVERYLANE(·exponential, MINUSLOWEST, (87.3))
EVERYLANE(·exponential, MINUSHIGHEST, (-88.3))
EVERYLANE(·exponential, TOBASE2, (1.44269504088896341))
EVERYLANE(·exponential, MINUSTOBASE2, (-1.44269504088896341))
EVERYLANE(·exponential, ROUNDER, (12583039.0))
EVERYLANE(·exponential, LN2HIGH, (-0.693359375))
EVERYLANE(·exponential, LN2LOW, (2.12194440e-4))
EVERYLANE(·exponential, P4, (1.382069e-3))
EVERYLANE(·exponential, P3, (8.368676e-3))
EVERYLANE(·exponential, P2, (4.1668266e-2))
EVERYLANE(·exponential, P1, (0.16666521))
EVERYLANE(·exponential, P0, (0.49999994))
EVERYLANE(·exponential, ONE, (1.0))
GLOBL ·exponential(SB), RODATA|NOPTR, $240
GLOBL ·exponentials(SB), NOPTR, $144

// Exponentials of vectors that are any distance apart. Where fewer than four are left, the last of them is taken again for those that lack.
//
// R0 run   R1 y   R2 x   R3 step   R4 vectors left   R5, R6, R7 steps to the second, third and fourth vector
// V13 sum

#define LESSTOP(D, X) AT(R2, D) V128Load $0; Get V12; F32x4Sub; Set X;
#define ADDED(P)      Get P; V128Store $0, $0; Get V13; Get P; F32x4Add; Set V13;

#define GROUP \
	VEC(expArgs_top, V12)                                              \
	LOAD(R2, 0) Get V12; F32x4Sub; Set V0;                             \
	LESSTOP(R5, V1) LESSTOP(R6, V2) LESSTOP(R7, V3)                    \
	VEC(expArgs_by, V12) TIMES(V0, V0) TIMES(V1, V1) TIMES(V2, V2) TIMES(V3, V3) \
	CUT EXP \
	TO(R1) ADDED(V8)

// func expLoop(r *expArgs)
TEXT ·expLoop(SB), NOSPLIT, $0-8
	MOVD r+0(FP), R0
	EXPOPEN
	ARG(expArgs_y, R1)
	ARG(expArgs_x, R2)
	ARG(expArgs_step, R3)
	ARG(expArgs_n, R4)
	VEC(expArgs_sum, V13)
	COPY(R3, R5)
	SUM(R5, R3, R6)
	SUM(R6, R3, R7)
	Block
		Loop
			Get R4
			I64Const $4
			I64LtS
			BrIf $1
			GROUP
			AT(R1, R5) ADDED(V9)
			AT(R1, R6) ADDED(V10)
			AT(R1, R7) ADDED(V11)
			Get R2; Get R7; I64Add; Get R3; I64Add; Set R2
			Get R1; Get R7; I64Add; Get R3; I64Add; Set R1
			Get R4
			I64Const $4
			I64Sub
			Set R4
			Br $0
		End
	End
	Get R4
	I64Const $0
	I64Ne
	If
		Get R3; I64Const $0; Get R4; I64Const $1; I64GtS; Select; Set R5
		Get R5; Get R3; I64Add; Get R5; Get R4; I64Const $2; I64GtS; Select; Set R6
		Get R6; Set R7
		GROUP
		Get R4
		I64Const $1
		I64GtS
		If
			AT(R1, R5) ADDED(V9)
		End
		Get R4
		I64Const $2
		I64GtS
		If
			AT(R1, R6) ADDED(V10)
		End
	End
	STORE(R0, expArgs_sum, V13)
	RET

// func expRow(y, x *float32, n int)
TEXT ·expRow(SB), NOSPLIT, $0-24
	MOVD y+0(FP), R1
	MOVD x+8(FP), R2
	MOVD n+16(FP), R4
	EXPOPEN
	Loop
		LOAD(R2, 0)
		Set V0
		LOAD(R2, 16)
		Set V1
		LOAD(R2, 32)
		Set V2
		LOAD(R2, 48)
		Set V3
		CUT
		EXP
		STORE(R1, 0, V8)
		STORE(R1, 16, V9)
		STORE(R1, 32, V10)
		STORE(R1, 48, V11)
		NEXT(R1, 64)
		NEXT(R2, 64)
		REPEAT(R4)
	End
	RET
