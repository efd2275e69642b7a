//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "words_wasm.h"
#include "exp_wasm.h"

// The softmax of rows, and what the loss needs of it. The largest number of a row is sought before the exponentials of the row before it are
// taken, and a row is multiplied by what comes of its sum after those of the row after it: nothing waits for a row's end. What groups of four
// vectors leave over at a row's end are four vectors more. They overlap what lies before; masks tell which of their lanes count.
//
// R0 args   R1 cursor of x   R2 of y   R3 rows left   R4 groups left   R5 label of the row to be scaled   R6 label   R7 x, and R8 y, at the
// row's start   R9 x at the start of the row whose largest number is sought   R10 label as stored   R11 y of the row to be scaled
// R12 whether there is one   R13 what EXP8 has in memory
// V11 factor   V12 a constant, or 1   V13 sum, or factor of the row to be scaled   V14 lanes that count   V15 the row's largest number
// F16 product of the sums   F17 sum of what is at the label, less the largest

#define FLAG(FIELD) OF(FIELD) I32WrapI64;
#define MARK(FIELD) TO(R0) I64Const $1; I64Store $FIELD;

// END is the address of vector I of those at the end of a row that begins at P. MASK gets which lanes of it count.
#define END(P, I) TO(P) OF((lossArgs_end+8*I)) I32WrapI64; I32Add;
#define MASK(I)   VEC((lossArgs_mask+16*I), V14)

// GROUPS does something for every group, and ENDS for what is left over, where there is any.
#define GROUPS(DO) ARG(lossArgs_groups, R4) Get R4; I64Const $0; I64Ne; If; Loop; DO REPEAT(R4) End; End;
#define ENDS(DO)   FLAG(lossArgs_ends) If; DO End;

// ACROSS combines the lanes of V, so that all of them hold the result.
#define TURNED(V, LOW, HIGH, OP) Get V; Get V; V128Const $LOW, $HIGH; I8x16Swizzle; OP; Set V;
#define ACROSS(V, OP) TURNED(V, 0x0f0e0d0c0b0a0908, 0x0706050403020100, OP) TURNED(V, 0x0302010007060504, 0x0b0a09080f0e0d0c, OP)

// FOUR does something with each of a group's vectors of x, and FOURENDS with each of those left over in the row at P.
#define FOUR(DO) LOAD(R1, 0) DO(V0) LOAD(R1, 16) DO(V1) LOAD(R1, 32) DO(V2) LOAD(R1, 48) DO(V3) NEXT(R1, 64)
#define FOURENDS(P, DO) \
	END(P, 0) V128Load $0; DO(V0) END(P, 1) V128Load $0; DO(V1) \
	END(P, 2) V128Load $0; DO(V2) END(P, 3) V128Load $0; DO(V3)

// TOP finds the largest number of the row at R9, and goes on to the next.
#define LARGER(X) Get X; F32x4Pmax; Set X;
#define TOP \
	COPY(R9, R1)                                   \
	LOAD(R9, 0) Tee V0; Tee V1; Tee V2; Set V3;    \
	GROUPS(FOUR(LARGER))                           \
	ENDS(FOURENDS(R9, LARGER))                     \
	Get V1; LARGER(V0) Get V3; LARGER(V2) Get V2; LARGER(V0) \
	ACROSS(V0, F32x4Pmax)                          \
	STORE(R0, lossArgs_next, V0)                   \
	STEP(R9, lossArgs_row)

// EXPS leaves the exponentials of a group, and adds them to V13. Of those left over only the lanes that count are added, and replace what is
// there.
#define LESSTOP(X)  Get V15; F32x4Sub; Set X;
#define PUT(P, OFF) STORE(R2, OFF, P)
#define EXPS \
	FOUR(LESSTOP) CUTLOW EXP                                                                    \
	PUT(V8, 0) PUT(V9, 16) PUT(V10, 32) PUT(V11, 48) NEXT(R2, 64)                               \
	Get V8; Get V9; F32x4Add; Get V10; Get V11; F32x4Add; F32x4Add; Get V13; F32x4Add; Set V13;
#define LESSTOP8(OFF, X) LOAD(R1, OFF) LOAD(R0, lossArgs_top) F32x4Sub; CONSTANT(LOWEST) F32x4Pmax; Set X;
#define EXPS8 \
	LESSTOP8(0, V0) LESSTOP8(16, V1) LESSTOP8(32, V2) LESSTOP8(48, V3)                                     \
	LESSTOP8(64, V4) LESSTOP8(80, V5) LESSTOP8(96, V6) LESSTOP8(112, V7) NEXT(R1, 128) EXP8                \
	PUT(V8, 0) PUT(V9, 16) PUT(V10, 32) PUT(V11, 48) PUT(V12, 64) PUT(V13, 80) PUT(V14, 96) PUT(V15, 112)  \
	NEXT(R2, 128)                                                                                          \
	Get V8; Get V9; F32x4Add; Get V10; Get V11; F32x4Add; F32x4Add; Get V12; Get V13; F32x4Add;            \
	Get V14; Get V15; F32x4Add; F32x4Add; F32x4Add; Set V8;                                                \
	TO(R13) LOAD(R13, AFTER8) Get V8; F32x4Add; V128Store $0, $AFTER8;
#define EXPROW \
	TO(R13) V128Const $0, $0; V128Store $0, $AFTER8;                                      \
	ARG(lossArgs_groups, R4)                                                               \
	Block; Loop; Get R4; I64Const $2; I64LtS; BrIf $1; EXPS8 NEXT(R4, -2) Br $0; End; End; \
	VEC(lossArgs_top, V15) LOAD(R13, AFTER8) Set V13;                                      \
	Get R4; I32WrapI64; If; EXPS End;
#define PUTEND(P, I) \
	MASK(I) Get V13; Get P; Get V14; V128And; F32x4Add; Set V13; \
	END(R8, I) Get P; END(R8, I) V128Load $0; Get V14; V128Bitselect; V128Store $0, $0;
#define EXPENDS \
	FOURENDS(R7, LESSTOP) CUTLOW EXP \
	PUTEND(V8, 0) PUTEND(V9, 1) PUTEND(V10, 2) PUTEND(V11, 3)

// LABELLED is the address of the number at label L in a row that begins at P.
#define LABELLED(P, L)    Get P; Get L; I64Const $2; I64Shl; I64Add; I32WrapI64;

// SCALEROW turns the exponentials of the row at R11 into its gradient.
#define SCALE(OFF)  TO(R2) LOAD(R2, OFF) Get V13; F32x4Mul; V128Store $0, $OFF;
#define SCALES      SCALE(0) SCALE(16) SCALE(32) SCALE(48) NEXT(R2, 64)
#define SCALEEND(I) \
	END(R11, I) END(R11, I) V128Load $0; Get V13; Get V12; MASK(I) Get V14; V128Bitselect; F32x4Mul; V128Store $0, $0;
#define SCALEENDS   LET(ONE) SCALEEND(0) SCALEEND(1) SCALEEND(2) SCALEEND(3)
#define LESSONE     LABELLED(R11, R5) LABELLED(R11, R5) F32Load $0; TO(R0) F32Load $lossArgs_scale; F32Sub; F32Store $0;
#define SCALEROW \
	VEC(lossArgs_factor, V13)                           \
	COPY(R11, R2) GROUPS(SCALES) ENDS(SCALEENDS)        \
	Get R5; I64Const $0; I64GeS; If; LESSONE End;

// func lossLoop(a *lossArgs)
TEXT ·lossLoop(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	EXPOPEN
	MOVD $·exponentials(SB), R13
	ARG(lossArgs_x, R7)
	ARG(lossArgs_y, R8)
	ARG(lossArgs_rows, R3)
	ARG(lossArgs_labels, R10)
	I64Const $0
	Set R12
	F64Const $(1.0)
	Set F16
	F64Const $(0.0)
	Set F17
	COPY(R7, R9)
	TOP
	Loop
		VEC(lossArgs_next, V15)
		STORE(R0, lossArgs_top, V15)
		Get R3
		I64Const $1
		I64GtS
		If
			TOP
		End
		Get R10
		I32WrapI64
		I64Load32S $0
		Tee R6
		OF(lossArgs_cols)
		I64LtU
		If
			Get F17
			LABELLED(R7, R6)
			F32Load $0
			Get V15
			F32x4ExtractLane $0, $0
			F32Sub
			F64PromoteF32
			F64Add
			Set F17
		Else
			Get R6
			I64Const $0
			I64GeS
			If
				MARK(lossArgs_bad)
				RET
			End
			MARK(lossArgs_unlabelled)
		End
		COPY(R7, R1)
		COPY(R8, R2)
		EXPROW
		ENDS(EXPENDS)
		ACROSS(V13, F32x4Add)
		Get R6
		I64Const $0
		I64GeS
		If
			Get F16
			Get V13
			F32x4ExtractLane $0, $0
			F64PromoteF32
			F64Mul
			Set F16
		End
		TO(R0)
		F32Load $lossArgs_scale
		F32x4Splat
		Get V13
		F32x4Div
		Set V11
		Get R12
		I32WrapI64
		If
			SCALEROW
		End
		ARG(lossArgs_scaled, R12)
		STORE(R0, lossArgs_factor, V11)
		COPY(R6, R5)
		COPY(R8, R11)
		NEXT(R10, 4)
		STEP(R7, lossArgs_row)
		STEP(R8, lossArgs_yRow)
		REPEAT(R3)
	End
	Get R12
	I32WrapI64
	If
		SCALEROW
	End
	TO(R0)
	Get F16
	F64Store $lossArgs_product
	TO(R0)
	Get F17
	F64Store $lossArgs_at
	RET
