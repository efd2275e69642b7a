//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "words_wasm.h"
#include "rows_wasm.h"

// The gradient of RMSNorm where rows are whole vectors, in two turns over some rows: the factor of x of each, four
// rows side by side as in norm_wasm.s, and then what goes into dx, and into dweight for up to four rows before it is
// stored.
//
// R0 args   R1 dy − x   R2 rstd   R3 x   R4 dx − x   R5 rows, or groups of four, left
// R6 from a row to the next, R7 and R8 to those after it
// R8 rows of the group   R9 its cursor, R14 that of one of its rows   R10 weight   R11 dweight   R12 vectors left
// R13 rstd of the row
// R15 rows of the group left
// V0 to V3 sums, or dweight   V4, V5 dy and x of a vector   V6 even and odd lanes   V8 to V11 weight   V12 rstd
// V13 factor
// V14 all bits where dx is added to

#define WEIGHT(OFF, V) LOAD(R10, OFF) Set V;
#define WEIGHT4        WEIGHT(0, V8) WEIGHT(16, V9) WEIGHT(32, V10) WEIGHT(48, V11)

#define PRODUCT(X, DY, OFF, G) DY V128Load $OFF; Get G; F32x4Mul; X V128Load $OFF; F32x4Mul;
#define PRODUCT1(X, DY, S) PRODUCT(X, DY, 0, V8) Get S; F32x4Add; Set S;
#define PRODUCT4(X, DY, S) \
	PRODUCT(X, DY, 0, V8) PRODUCT(X, DY, 16, V9) F32x4Add; PRODUCT(X, DY, 32, V10) PRODUCT(X, DY, 48, V11) F32x4Add; \
	F32x4Add; Get S; F32x4Add; Set S;
#define ROWS(DO) \
	DO(TO(R3), AT(R3, R1), V0) DO(AT(R3, R6), AT2(R3, R1, R6), V1) \
	DO(AT(R3, R7), AT2(R3, R1, R7), V2) DO(AT(R3, R8), AT2(R3, R1, R8), V3)

#define FOURPRODUCTS WEIGHT4 ROWS(PRODUCT4) NEXT(R3, 64) NEXT(R10, 64)
#define ONEPRODUCT   WEIGHT(0, V8) ROWS(PRODUCT1) NEXT(R3, 16) NEXT(R10, 16)

// func normFactorLoop(a *normArgs)
TEXT ·normFactorLoop(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	ARG(normArgs_y, R1)
	ARG(normArgs_rstd, R2)
	ARG(normArgs_x, R3)
	ARG(normArgs_factor, R4)
	ARG(normArgs_groups, R5)
	ARG(normArgs_apart, R6)
	SUM(R6, R6, R7)
	SUM(R7, R6, R8)
	Get R1; Get R3; I64Sub; Set R1
	TURN(V6)
	Loop
		V128Const $0, $0
		Tee V0
		Tee V1
		Tee V2
		Set V3
		ARG(normArgs_weight, R10)
		ARG(normArgs_vectors, R12)
		VECTORS(R12, FOURPRODUCTS, ONEPRODUCT)
		SUM(R3, R8, R3)
		FOURSUMS(V6)
		LOAD(R2, 0)
		Set V12
		TO(R4)
		Get V0
		TO(R0)
		F32Load $normArgs_share
		F32x4Splat
		F32x4Mul
		Get V12
		F32x4Mul
		Get V12
		F32x4Mul
		V128Store $0, $0
		NEXT(R2, 16)
		NEXT(R4, 16)
		REPEAT(R5)
	End
	RET

#define DWEIGHT(OFF, V) LOAD(R11, OFF) Set V;
#define PUT(OFF, V)   STORE(R11, OFF, V)
#define OLD(OFF)      AT(R14, R4) V128Load $OFF; Get V14; V128And; F32x4Add;
#define BACK(OFF, G, S) \
	AT(R14, R1) V128Load $OFF; Set V4;                                                   \
	LOAD(R14, OFF) Set V5;                                                               \
	AT(R14, R4)                                                                          \
	Get V4; Get G; F32x4Mul; Get V5; Get V13; F32x4Mul; F32x4Sub; Get V12; F32x4Mul; OLD(OFF) \
	V128Store $0, $OFF;                                                                  \
	Get V4; Get V5; F32x4Mul; Get V12; F32x4Mul; Get S; F32x4Add; Set S;

// EACHROW does something with each row of the group, which begins at the cursor.
#define EACHROW(DO) \
	COPY(R9, R14) COPY(R2, R13) COPY(R8, R15)                                            \
	Loop;                                                                                \
		TO(R13) F32Load $0; F32x4Splat; Set V12; AT(R13, R7) F32Load $0; F32x4Splat; Set V13; \
		DO SUM(R14, R6, R14) NEXT(R13, 4) REPEAT(R15)                                     \
	End;
#define BACK4 \
	WEIGHT4 DWEIGHT(0, V0) DWEIGHT(16, V1) DWEIGHT(32, V2) DWEIGHT(48, V3)              \
	EACHROW(BACK(0, V8, V0) BACK(16, V9, V1) BACK(32, V10, V2) BACK(48, V11, V3)) \
	PUT(0, V0) PUT(16, V1) PUT(32, V2) PUT(48, V3)                            \
	NEXT(R9, 64) NEXT(R10, 64) NEXT(R11, 64)
#define BACK1 \
	WEIGHT(0, V8) DWEIGHT(0, V0) EACHROW(BACK(0, V8, V0)) PUT(0, V0) \
	NEXT(R9, 16) NEXT(R10, 16) NEXT(R11, 16)

// func normBackwardLoop(a *normArgs)
TEXT ·normBackwardLoop(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	ARG(normArgs_y, R1)
	ARG(normArgs_rstd, R2)
	ARG(normArgs_x, R3)
	ARG(normArgs_dx, R4)
	ARG(normArgs_rows, R5)
	ARG(normArgs_apart, R6)
	ARG(normArgs_factor, R7)
	TO(R0)
	I32Load $normArgs_acc
	I32x4Splat
	Set V14
	Get R1; Get R3; I64Sub; Set R1
	Get R4; Get R3; I64Sub; Set R4
	Get R7; Get R2; I64Sub; Set R7
	Loop
		I64Const $4
		Get R5
		Get R5
		I64Const $4
		I64GtS
		Select
		Set R8
		COPY(R3, R9)
		ARG(normArgs_weight, R10)
		ARG(normArgs_dweight, R11)
		ARG(normArgs_vectors, R12)
		VECTORS(R12, BACK4, BACK1)
		NEXT(R2, 16)
		Get R6; I64Const $2; I64Shl; Get R3; I64Add; Set R3
		NEXT(R5, -4)
		Get R5
		I64Const $0
		I64GtS
		BrIf $0
	End
	RET
