//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "words_wasm.h"
#include "rows_wasm.h"

// Rows of tokens together and apart where they are whole vectors: one row of a slot after the other.
//
// R0 args   R1 row of the token   R2 row of the slot, R3 of the one beside it   R4 tokens left   R5 slots left
// R6 slot   R7 weight
// R8 its gradient
// R9 the token's first slot, R10 its weight, R11 its gradient   R12 vectors left   R13 cursor of the token's row
// R14 whether to add
// V0 to V3 sums   V4 weight   V5 a vector of the token's row

// SLOT reads a slot, and ends the operation where there is no such row; ROWOF finds its row.
#define SLOT \
	TO(R6) I64Load32U $0; Tee R2; OF(rowArgs_rows) I64GeU; If; \
		TO(R0) I64Const $1; I64Store $rowArgs_bad; RET;        \
	End;
#define ROWOF(FIELD, R) Get R2; OF(rowArgs_farRow) I64Mul; OF(FIELD) I64Add; Set R;

#define OPEN \
	MOVD a+0(FP), R0           \
	ARG(rowArgs_near, R1)      \
	ARG(rowArgs_slots, R9)     \
	ARG(rowArgs_weight, R10)   \
	ARG(rowArgs_dweight, R11)  \
	ARG(rowArgs_tokens, R4)

// SLOTS does something for each of a token's slots, and goes on to the next token.
#define SLOTS(DO) \
	ARG(rowArgs_k, R5) COPY(R9, R6) COPY(R10, R7) COPY(R11, R8)              \
	Loop;                                                                    \
		SLOT                                                                 \
		TO(R7) F32Load $0; F32x4Splat; Set V4;                               \
		COPY(R1, R13) ARG(rowArgs_vectors, R12)                              \
		DO                                                                   \
		STEP(R6, rowArgs_slotStep) STEP(R7, rowArgs_weightStep) STEP(R8, rowArgs_dweightStep) \
		REPEAT(R5)                                                            \
	End;                                                                     \
	NEXT(R9, 4) NEXT(R11, 4) STEP(R10, rowArgs_weightNext) STEP(R1, rowArgs_nearRow)

#define SET(OFF)  TO(R13) LOAD(R2, OFF) Get V4; F32x4Mul; V128Store $0, $OFF;
#define ADD(OFF)  TO(R13) LOAD(R2, OFF) Get V4; F32x4Mul; LOAD(R13, OFF) F32x4Add; V128Store $0, $OFF;
#define GROUP(DO) DO(0) DO(16) DO(32) DO(48) NEXT(R13, 64) NEXT(R2, 64)
#define ONE(DO)   DO(0) NEXT(R13, 16) NEXT(R2, 16)
#define SETORADD \
	ROWOF(rowArgs_far, R2)                                                  \
	Get R14; I32WrapI64; If; VECTORS(R12, GROUP(ADD), ONE(ADD)) Else; VECTORS(R12, GROUP(SET), ONE(SET)) End; \
	I64Const $1; Set R14;

// func combineLoop(a *rowArgs)
TEXT ·combineLoop(SB), NOSPLIT, $0-8
	OPEN
	Loop
		ARG(rowArgs_acc, R14)
		SLOTS(SETORADD)
		REPEAT(R4)
	End
	RET

#define APART(OFF, S) \
	LOAD(R13, OFF) Set V5; \
	LOAD(R3, OFF) Get V5; F32x4Mul; Get S; F32x4Add; Set S; \
	TO(R2) Get V5; Get V4; F32x4Mul; V128Store $0, $OFF;
#define APARTS   APART(0, V0) APART(16, V1) APART(32, V2) APART(48, V3) NEXT(R13, 64) NEXT(R2, 64) NEXT(R3, 64)
#define APARTONE APART(0, V0) NEXT(R13, 16) NEXT(R2, 16) NEXT(R3, 16)
#define LANE(N)  Get V0; F32x4ExtractLane $0, $N;
#define BACK \
	ROWOF(rowArgs_other, R3) ROWOF(rowArgs_far, R2)   \
	V128Const $0, $0; Tee V0; Tee V1; Tee V2; Set V3; \
	VECTORS(R12, APARTS, APARTONE)                         \
	Get V0; Get V1; F32x4Add; Get V2; Get V3; F32x4Add; F32x4Add; Set V0; \
	TO(R8) LANE(0) LANE(1) F32Add; LANE(2) LANE(3) F32Add; F32Add; F32Store $0;

// func combineBackwardLoop(a *rowArgs)
TEXT ·combineBackwardLoop(SB), NOSPLIT, $0-8
	OPEN
	Loop
		SLOTS(BACK)
		REPEAT(R4)
	End
	RET
