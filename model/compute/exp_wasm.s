//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"

// The exponential of exp_simd.go: the same steps in the same order, so that the bits are the same as those of compiled Go, which spills its
// vectors at every turn of a loop. Larger and smaller of two numbers are taken such that a number that is none stays.
//
// R0 run   R1 y   R2 x   R3 step   R4 vectors left
// V0 sum   V1 top   V2 by   V3 x, cut   V4 rounded, 2^n   V5 r   V6 polynomial
// V7 log2e   V8 shift   V9, V10 −ln 2 in two parts   V11 to V15 coefficients

#define ARG(FIELD, R)    Get R0; I32WrapI64; I64Load $FIELD; Set R;
#define VEC(FIELD, V)    Get R0; I32WrapI64; V128Load $FIELD; Set V;
#define CONST(X, V)      F32Const $X; F32x4Splat; Set V;
#define SPLAT(X)         F32Const $X; F32x4Splat;
#define MULADD(A, B, C)  Get A; Get B; F32x4Mul; Get C; F32x4Add;

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
	CONST(1.44269504088896341, V7)
	CONST(12582912.0, V8)
	CONST(-0.693359375, V9)
	CONST(2.12194440e-4, V10)
	CONST(1.9875691500e-4, V11)
	CONST(1.3981999507e-3, V12)
	CONST(8.3334519073e-3, V13)
	CONST(4.1665795894e-2, V14)
	CONST(1.6666665459e-1, V15)
	Loop
		Get R2
		I32WrapI64
		V128Load $0
		Get V1
		F32x4Sub
		Get V2
		F32x4Mul
		SPLAT(-87.3)
		F32x4Pmax
		SPLAT(88.3)
		F32x4Pmin
		Set V3
		MULADD(V3, V7, V8)
		Tee V4
		Get V8
		F32x4Sub
		Tee V6
		Get V9
		F32x4Mul
		Get V3
		F32x4Add
		Set V5
		MULADD(V6, V10, V5)
		Set V5
		MULADD(V11, V5, V12)
		Get V5
		F32x4Mul
		Get V13
		F32x4Add
		Get V5
		F32x4Mul
		Get V14
		F32x4Add
		Get V5
		F32x4Mul
		Get V15
		F32x4Add
		Get V5
		F32x4Mul
		SPLAT(5.0000001201e-1)
		F32x4Add
		Get V5
		Get V5
		F32x4Mul
		F32x4Mul
		Get V5
		SPLAT(1.0)
		F32x4Add
		F32x4Add
		Get V4
		I32Const $23
		I32x4Shl
		SPLAT(1.0)
		I32x4Add
		F32x4Mul
		Set V6
		Get R1
		I32WrapI64
		Get V6
		V128Store $0, $0
		Get V0
		Get V6
		F32x4Add
		Set V0
		Get R1
		Get R3
		I64Add
		Set R1
		Get R2
		Get R3
		I64Add
		Set R2
		Get R4
		I64Const $1
		I64Sub
		Tee R4
		I64Const $0
		I64Ne
		BrIf $0
	End
	Get R0
	I32WrapI64
	Get V0
	V128Store $0, $expArgs_sum
	RET
