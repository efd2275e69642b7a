//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "exp_wasm.h"

// The softmax of rows, in three turns over a few of them: the largest of each, then the exponentials and their sum, then the factor; what a
// row waits for is done beside other rows. What groups of four vectors leave over at a row's end are four vectors more. They overlap what
// lies before; masks tell which of their lanes count.
//
// R0 args   R1 x   R2 y   R3 rows left   R4 groups left   R5 tops   R6 sums   R7 x, and R8 y, at the row's start
// V13 sum, or factor   V14 lanes that count

#define ARG(FIELD, R)  Get R0; I32WrapI64; I64Load $FIELD; Set R;
#define COPY(R, T)     Get R; Set T;
#define LOAD(P, OFF)   Get P; I32WrapI64; V128Load $OFF;
#define NEXT(P, N)     Get P; I64Const $N; I64Add; Set P;
#define STEP(P, FIELD) Get P; Get R0; I32WrapI64; I64Load $FIELD; I64Add; Set P;
#define REPEAT(N)      Get N; I64Const $1; I64Sub; Tee N; I64Const $0; I64Ne; BrIf $0;

// AT is the address of vector I of those at the end of a row that begins at P. MASK gets which lanes of it count.
#define AT(P, I) Get P; I32WrapI64; Get R0; I32WrapI64; I64Load $(lossArgs_at+8*I); I32WrapI64; I32Add;
#define MASK(I)  Get R0; I32WrapI64; V128Load $(lossArgs_mask+16*I); Set V14;

// GROUPS does something for every group, and ENDS for what is left over, where there is any.
#define GROUPS(DO) \
	ARG(lossArgs_groups, R4) Get R4; I64Const $0; I64Ne; \
	If; Loop; DO REPEAT(R4) End; End;
#define ENDS(DO) Get R0; I32WrapI64; I64Load $lossArgs_ends; I32WrapI64; If; DO End;

// ACROSS combines the lanes of V, so that all of them hold the result. V14 and V15 change the halves, and neighbours.
#define TURNS \
	V128Const $0x0f0e0d0c0b0a0908, $0x0706050403020100; Set V14; \
	V128Const $0x0302010007060504, $0x0b0a09080f0e0d0c; Set V15;
#define ACROSS(V, OP) Get V; Get V; Get V14; I8x16Swizzle; OP; Tee V; Get V; Get V15; I8x16Swizzle; OP; Set V;

// FOUR does something with each of a group's vectors of x, and FOURENDS with each of those that are left over.
#define FOUR(DO)     LOAD(R1, 0) DO(V0) LOAD(R1, 16) DO(V1) LOAD(R1, 32) DO(V2) LOAD(R1, 48) DO(V3) NEXT(R1, 64)
#define FOURENDS(DO) \
	AT(R7, 0) V128Load $0; DO(V0) AT(R7, 1) V128Load $0; DO(V1) \
	AT(R7, 2) V128Load $0; DO(V2) AT(R7, 3) V128Load $0; DO(V3)

#define LARGER(X) Get X; F32x4Pmax; Set X;

// func lossTopLoop(a *lossArgs)
TEXT ·lossTopLoop(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	ARG(lossArgs_x, R7)
	ARG(lossArgs_rows, R3)
	Get R0; I64Const $lossArgs_tops; I64Add; Set R5
	TURNS
	Loop
		COPY(R7, R1)
		LOAD(R7, 0)
		Tee V0
		Tee V1
		Tee V2
		Set V3
		GROUPS(FOUR(LARGER))
		ENDS(FOURENDS(LARGER))
		Get V1; LARGER(V0)
		Get V3; LARGER(V2)
		Get V2; LARGER(V0)
		ACROSS(V0, F32x4Pmax)
		Get R5
		I32WrapI64
		Get V0
		V128Store $0, $0
		NEXT(R5, 16)
		STEP(R7, lossArgs_row)
		REPEAT(R3)
	End
	RET

#define LESSTOP(X)  LOAD(R5, 0) F32x4Sub; Set X;
#define PUT(P, OFF) Get R2; I32WrapI64; Get P; V128Store $0, $OFF;
#define EXPS \
	FOUR(LESSTOP) CUTLOW EXP                         \
	PUT(V8, 0) PUT(V9, 16) PUT(V10, 32) PUT(V11, 48) \
	Get V8; Get V9; F32x4Add; Get V10; Get V11; F32x4Add; F32x4Add; Get V13; F32x4Add; Set V13; \
	NEXT(R2, 64)

#define PUTEND(P, I) \
	MASK(I) Get V13; Get P; Get V14; V128And; F32x4Add; Set V13; \
	AT(R8, I) Get P; AT(R8, I) V128Load $0; Get V14; V128Bitselect; V128Store $0, $0;
#define EXPENDS \
	FOURENDS(LESSTOP) CUTLOW EXP \
	PUTEND(V8, 0) PUTEND(V9, 1) PUTEND(V10, 2) PUTEND(V11, 3)

// func lossExpLoop(a *lossArgs)
TEXT ·lossExpLoop(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	EXPOPEN
	ARG(lossArgs_x, R7)
	ARG(lossArgs_y, R8)
	ARG(lossArgs_rows, R3)
	Get R0; I64Const $lossArgs_tops; I64Add; Set R5
	Get R0; I64Const $lossArgs_sums; I64Add; Set R6
	Loop
		COPY(R7, R1)
		COPY(R8, R2)
		V128Const $0, $0
		Set V13
		GROUPS(EXPS)
		ENDS(EXPENDS)
		TURNS
		ACROSS(V13, F32x4Add)
		Get R6
		I32WrapI64
		Get V13
		V128Store $0, $0
		NEXT(R5, 16)
		NEXT(R6, 16)
		STEP(R7, lossArgs_row)
		STEP(R8, lossArgs_yRow)
		REPEAT(R3)
	End
	RET

#define SCALE(OFF) Get R2; I32WrapI64; LOAD(R2, OFF) Get V13; F32x4Mul; V128Store $0, $OFF;
#define SCALES     SCALE(0) SCALE(16) SCALE(32) SCALE(48) NEXT(R2, 64)
#define SCALEEND(I) \
	AT(R8, I) AT(R8, I) V128Load $0; Get V13; CONSTANT(ONE) MASK(I) Get V14; V128Bitselect; F32x4Mul; V128Store $0, $0;
#define SCALEENDS  SCALEEND(0) SCALEEND(1) SCALEEND(2) SCALEEND(3)

// func lossScaleLoop(a *lossArgs)
TEXT ·lossScaleLoop(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	EXPOPEN
	ARG(lossArgs_y, R8)
	ARG(lossArgs_rows, R3)
	Get R0; I64Const $lossArgs_sums; I64Add; Set R6
	Loop
		COPY(R8, R2)
		Get R0
		I32WrapI64
		F32Load $lossArgs_scale
		F32x4Splat
		LOAD(R6, 0)
		F32x4Div
		Set V13
		GROUPS(SCALES)
		ENDS(SCALEENDS)
		NEXT(R6, 16)
		STEP(R8, lossArgs_yRow)
		REPEAT(R3)
	End
	RET
