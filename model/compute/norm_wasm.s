//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "words_wasm.h"
#include "rows_wasm.h"

// RMSNorm where rows are whole vectors, four rows side by side: the lanes of their sums are turned, so that four
// roots and four divisions are one. Three things go on at once, for groups of four rows that follow each other: one
// gets its sums, the one before it the roots of its own, and the one before that is scaled. So none of them waits for
// what it needs.
//
// R0 args   R1 y − x   R2 rstd of the group to scale   R3 x of the group to sum   R4 weight   R5 groups left to scale
// R6, R7, R8 the other three rows − the first   R9 vectors of a row, R10 those left   R11 x of the group to scale
// V0 to V3 sums   V4 share   V5 eps   V6 one   V7 even and odd lanes   V8 to V11 weight, or 1/root   V12 to V15 1/root

#define SQUARE(ROW, OFF) ROW V128Load $OFF; Tee V8; Get V8; F32x4Mul;
#define SQUARE4(ROW, S) \
	SQUARE(ROW, 0) SQUARE(ROW, 16) F32x4Add; SQUARE(ROW, 32) SQUARE(ROW, 48) F32x4Add; F32x4Add; Get S; F32x4Add; Set S;
#define SQUARE1(ROW, S) SQUARE(ROW, 0) Get S; F32x4Add; Set S;
#define SQUARES(DO) DO(TO(R3), V0) DO(AT(R3, R6), V1) DO(AT(R3, R7), V2) DO(AT(R3, R8), V3)
#define SUMS \
	V128Const $0, $0; Tee V0; Tee V1; Tee V2; Set V3;                         \
	COPY(R9, R10) VECTORS(R10, SQUARES(SQUARE4) NEXT(R3, 64), SQUARES(SQUARE1) NEXT(R3, 16)) \
	SUM(R3, R8, R3)

// ROOTS turns sums to 1/root, and stores them at an offset of rstd.
#define ROOTS(OFF) \
	FOURSUMS(V7) \
	TO(R2) Get V6; Get V0; Get V4; F32x4Mul; Get V5; F32x4Add; F32x4Sqrt; F32x4Div; V128Store $0, $OFF;

#define RSTD(OFF, V)                TO(R2) F32Load $OFF; F32x4Splat; Set V;
#define WEIGHT(OFF, V)               LOAD(R4, OFF) Set V;
#define WEIGHT4                      WEIGHT(0, V8) WEIGHT(16, V9) WEIGHT(32, V10) WEIGHT(48, V11)
#define SCALE(FROM, TO, OFF, S, G) TO FROM V128Load $OFF; Get S; F32x4Mul; Get G; F32x4Mul; V128Store $0, $OFF;
#define SCALE1(FROM, TO, S)        SCALE(FROM, TO, 0, S, V8)
#define SCALE4(FROM, TO, S)        SCALE1(FROM, TO, S) SCALE(FROM, TO, 16, S, V9) \
	SCALE(FROM, TO, 32, S, V10) SCALE(FROM, TO, 48, S, V11)
#define ROWS(DO) \
	DO(TO(R11), AT(R11, R1), V12) DO(AT(R11, R6), AT2(R11, R1, R6), V13) \
	DO(AT(R11, R7), AT2(R11, R1, R7), V14) DO(AT(R11, R8), AT2(R11, R1, R8), V15)
#define FOURSCALES WEIGHT4 ROWS(SCALE4) NEXT(R11, 64) NEXT(R4, 64)
#define ONESCALE   WEIGHT(0, V8) ROWS(SCALE1) NEXT(R11, 16) NEXT(R4, 16)
#define SCALES \
	RSTD(0, V12) RSTD(4, V13) RSTD(8, V14) RSTD(12, V15) ARG(normArgs_weight, R4) \
	COPY(R9, R10)                                                                 \
	VECTORS(R10, FOURSCALES, ONESCALE)                                            \
	SUM(R11, R8, R11)

// MORETHAN does something while more than so many groups are left.
#define MORETHAN(N, DO) Get R5; I64Const $N; I64GtS; If; DO End;

// func normLoop(a *normArgs)
TEXT ·normLoop(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	ARG(normArgs_y, R1)
	ARG(normArgs_rstd, R2)
	ARG(normArgs_x, R3)
	ARG(normArgs_groups, R5)
	ARG(normArgs_apart, R6)
	ARG(normArgs_vectors, R9)
	ALL(normArgs_share, V4)
	ALL(normArgs_eps, V5)
	F32Const $1.0
	F32x4Splat
	Set V6
	TURN(V7)
	COPY(R3, R11)
	Get R1; Get R3; I64Sub; Set R1
	SUM(R6, R6, R7)
	SUM(R7, R6, R8)
	SUMS
	ROOTS(0)
	MORETHAN(1, SUMS)
	Loop
		MORETHAN(1, ROOTS(16))
		MORETHAN(2, SUMS)
		SCALES
		NEXT(R2, 16)
		REPEAT(R5)
	End
	RET
