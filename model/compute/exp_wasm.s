//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"

// The exponential of exp_simd.go: the same steps in the same order, so that the bits are the same as those of compiled Go, which spills its
// vectors at every turn of a loop. Larger and smaller of two numbers are taken such that a number that is none stays. Three vectors take
// every step side by side, what is left over by itself: a vector is a chain of some twenty steps that wait for each other, too long for a core
// to look past.
//
// R0 run   R1 y   R2 x   R3 step   R4 vectors left   R5 those without two others
// V0 sum   V1 top   V2 by   V15 shift
// V3, V7, V11 x, cut   V4, V8, V12 rounded, 2^n   V5, V9, V13 r   V6, V10, V14 whole, polynomial

#define ARG(FIELD, R)    Get R0; I32WrapI64; I64Load $FIELD; Set R;
#define VEC(FIELD, V)    Get R0; I32WrapI64; V128Load $FIELD; Set V;
#define SPLAT(X)         F32Const $X; F32x4Splat;
#define TIMES(A, X)      Get A; SPLAT(X) F32x4Mul;
#define NEXT(P)          Get P; Get R3; I64Add; Set P;

#define LOAD(C)          Get R2; I32WrapI64; V128Load $0; Get V1; F32x4Sub; Get V2; F32x4Mul; Set C; NEXT(R2)
#define CUT(C)           Get C; SPLAT(-87.3) F32x4Pmax; SPLAT(88.3) F32x4Pmin; Set C;
#define ROUND(C, S)      TIMES(C, 1.44269504088896341) Get V15; F32x4Add; Set S;
#define WHOLE(S, P)      Get S; Get V15; F32x4Sub; Set P;
#define HIGH(P, C, R)    TIMES(P, -0.693359375) Get C; F32x4Add; Set R;
#define LOW(P, R)        TIMES(P, 2.12194440e-4) Get R; F32x4Add; Set R;
#define FIRST(R, P)      TIMES(R, 1.9875691500e-4) SPLAT(1.3981999507e-3) F32x4Add; Set P;
#define POLY(R, P, X)    Get P; Get R; F32x4Mul; SPLAT(X) F32x4Add; Set P;
#define LAST(R, P)       Get P; Get R; Get R; F32x4Mul; F32x4Mul; Get R; SPLAT(1.0) F32x4Add; F32x4Add; Set P;
#define POWER(S, P)      Get P; Get S; I32Const $23; I32x4Shl; SPLAT(1.0) I32x4Add; F32x4Mul; Set P;
#define STORE(P)         Get R1; I32WrapI64; Get P; V128Store $0, $0; Get V0; Get P; F32x4Add; Set V0; NEXT(R1)

// func expLoop(r *expArgs)
TEXT ·expLoop(SB), NOSPLIT, $0-8
	MOVD r+0(FP), R0
	ARG(expArgs_y, R1)
	ARG(expArgs_x, R2)
	ARG(expArgs_step, R3)
	ARG(expArgs_n, R4)
	VEC(expArgs_top, V1)
	VEC(expArgs_by, V2)
	VEC(expArgs_sum, V0)
	SPLAT(12582912.0)
	Set V15
	Get R4
	I64Const $3
	I64RemU
	Tee R5
	I64Const $0
	I64Ne
	If
		Loop
			LOAD(V3)
			CUT(V3)
			ROUND(V3, V4)
			WHOLE(V4, V6)
			HIGH(V6, V3, V5)
			LOW(V6, V5)
			FIRST(V5, V6)
			POLY(V5, V6, 8.3334519073e-3)
			POLY(V5, V6, 4.1665795894e-2)
			POLY(V5, V6, 1.6666665459e-1)
			POLY(V5, V6, 5.0000001201e-1)
			LAST(V5, V6)
			POWER(V4, V6)
			STORE(V6)
			Get R4
			I64Const $1
			I64Sub
			Set R4
			Get R5
			I64Const $1
			I64Sub
			Tee R5
			I64Const $0
			I64Ne
			BrIf $0
		End
	End
	Get R4
	I64Const $0
	I64Ne
	If
		Loop
			LOAD(V3)
			LOAD(V7)
			LOAD(V11)
			CUT(V3)
			CUT(V7)
			CUT(V11)
			ROUND(V3, V4)
			ROUND(V7, V8)
			ROUND(V11, V12)
			WHOLE(V4, V6)
			WHOLE(V8, V10)
			WHOLE(V12, V14)
			HIGH(V6, V3, V5)
			HIGH(V10, V7, V9)
			HIGH(V14, V11, V13)
			LOW(V6, V5)
			LOW(V10, V9)
			LOW(V14, V13)
			FIRST(V5, V6)
			FIRST(V9, V10)
			FIRST(V13, V14)
			POLY(V5, V6, 8.3334519073e-3)
			POLY(V9, V10, 8.3334519073e-3)
			POLY(V13, V14, 8.3334519073e-3)
			POLY(V5, V6, 4.1665795894e-2)
			POLY(V9, V10, 4.1665795894e-2)
			POLY(V13, V14, 4.1665795894e-2)
			POLY(V5, V6, 1.6666665459e-1)
			POLY(V9, V10, 1.6666665459e-1)
			POLY(V13, V14, 1.6666665459e-1)
			POLY(V5, V6, 5.0000001201e-1)
			POLY(V9, V10, 5.0000001201e-1)
			POLY(V13, V14, 5.0000001201e-1)
			LAST(V5, V6)
			LAST(V9, V10)
			LAST(V13, V14)
			POWER(V4, V6)
			POWER(V8, V10)
			POWER(V12, V14)
			STORE(V6)
			STORE(V10)
			STORE(V14)
			Get R4
			I64Const $3
			I64Sub
			Tee R4
			I64Const $0
			I64Ne
			BrIf $0
		End
	End
	Get R0
	I32WrapI64
	Get V0
	V128Store $0, $expArgs_sum
	RET
