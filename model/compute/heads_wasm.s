//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "words_wasm.h"

// The norm and the rotation of one head, a token in every lane, and their gradient.
//
// R0 args   R1 tokens' place in a row, in bytes   R2 x   R3 y, or dx   R4 cos   R5 sin   R6 weight
// R7 channels left   R8 rstd, or dy
// R9 halves of x, and R10 of y or dx, apart   R11 channels' gradients of weight
// V0, V1 sums   V2 1/root   V3, V4 a channel of each half   V5 cos   V6 sin   V7 factor

#define PLACE(FIELD, R) OF(FIELD) Get R1; I64Add; Set R;

// WEIGHT is the weight of a channel, and WEIGHTHALF that of the one half a head away.
#define WEIGHT     TO(R6) F32Load $0; F32x4Splat;
#define WEIGHTHALF OF(headArgs_half) I64Const $2; I64Shl; Get R6; I64Add; I32WrapI64; F32Load $0; F32x4Splat;

// CHANNELS repeats something for so many channels, TOKENS for all vectors of tokens.
#define CHANNELS(FIELD, DO) ARG(FIELD, R7) Loop; DO REPEAT(R7) End;
#define TOKENS(DO)          I64Const $0; Set R1; Loop; DO NEXT(R1, 16) Get R1; OF(headArgs_tokens) I64LtS; BrIf $0; End;

#define SQUARE   LOAD(R2, 0) Tee V3; Get V3; F32x4Mul; Get V0; F32x4Add; Set V0; STEP(R2, headArgs_xRow)
#define TURN \
	LOAD(R2, 0) Get V2; F32x4Mul; WEIGHT F32x4Mul; Set V3;                \
	AT(R2, R9) V128Load $0; Get V2; F32x4Mul; WEIGHTHALF F32x4Mul; Set V4; \
	LOAD(R4, 0) Set V5; LOAD(R5, 0) Set V6;                                \
	TO(R3) Get V3; Get V5; F32x4Mul; Get V4; Get V6; F32x4Mul; F32x4Sub; V128Store $0, $0;            \
	AT(R3, R10) Get V4; Get V5; F32x4Mul; Get V3; Get V6; F32x4Mul; F32x4Add; V128Store $0, $0;       \
	STEP(R2, headArgs_xRow) STEP(R3, headArgs_yRow) STEP(R4, headArgs_cosRow) STEP(R5, headArgs_sinRow) NEXT(R6, 4)
#define NORM \
	PLACE(headArgs_x, R2)                                                                            \
	V128Const $0, $0; Set V0;                                                                        \
	CHANNELS(headArgs_channels, SQUARE)                                                              \
	PLACE(headArgs_rstd, R8)                                                                          \
	F32Const $1.0; F32x4Splat; Get V0; Get V7; F32x4Mul; Get V1; F32x4Add; F32x4Sqrt; F32x4Div; Set V2; \
	STORE(R8, 0, V2)                                                                                 \
	PLACE(headArgs_x, R2) PLACE(headArgs_y, R3) PLACE(headArgs_cos, R4) PLACE(headArgs_sin, R5) \
		ARG(headArgs_weight, R6) \
	CHANNELS(headArgs_half, TURN)

// func qkNormRoPELoop(a *headArgs)
TEXT ·qkNormRoPELoop(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	ARG(headArgs_xHalf, R9)
	ARG(headArgs_yHalf, R10)
	ALL(headArgs_share, V7)
	ALL(headArgs_eps, V1)
	TOKENS(NORM)
	RET

// BACK turns a pair of channels back, and adds to the sums of their norm weights' gradients. The place in a row is
// that of the tokens.
#define ROWOF(P)        AT(P, R1)
#define ROWOFHALF(P, D) ROWOF(P) Get D; I32WrapI64; I32Add;
#define BACK \
	ROWOF(R8) V128Load $0; Set V3; ROWOFHALF(R8, R12) V128Load $0; Set V4; \
	ROWOF(R4) V128Load $0; Set V5; ROWOF(R5) V128Load $0; Set V6;          \
	Get V3; Get V5; F32x4Mul; Get V4; Get V6; F32x4Mul; F32x4Add; Set V7;  \
	Get V4; Get V5; F32x4Mul; Get V3; Get V6; F32x4Mul; F32x4Sub; Set V8;  \
	ROWOF(R3) Get V7; V128Store $0, $0; ROWOFHALF(R3, R10) Get V8; V128Store $0, $0; \
	ROWOF(R13) V128Load $0; Set V2;                                         \
	Get V7; Get V2; F32x4Mul; ROWOF(R2) V128Load $0; F32x4Mul; Get V0; F32x4Add; Set V0; \
	Get V8; Get V2; F32x4Mul; ROWOFHALF(R2, R9) V128Load $0; F32x4Mul; Get V1; F32x4Add; Set V1;

// ADDLANES adds the lanes of V to a gradient of weight.
#define LANE(V, N)      Get V; F32x4ExtractLane $0, $N;
#define ADDLANES(P, V)  P P F32Load $0; LANE(V, 0) LANE(V, 1) F32Add; LANE(V, 2) LANE(V, 3) F32Add; F32Add; \
	F32Add; F32Store $0;
#define ROWBACK \
	V128Const $0, $0; Tee V0; Set V1;                                                 \
	TOKENS(BACK)                                                                      \
	ADDLANES(TO(R11), V0)                                                             \
	ADDLANES(OF(headArgs_half) I64Const $2; I64Shl; Get R11; I64Add; I32WrapI64;, V1) \
	STEP(R2, headArgs_xRow) STEP(R3, headArgs_yRow) STEP(R8, headArgs_dyRow)          \
	STEP(R4, headArgs_cosRow) STEP(R5, headArgs_sinRow) NEXT(R11, 4)

#define PRODUCT  LOAD(R3, 0) WEIGHT F32x4Mul; LOAD(R2, 0) F32x4Mul; Get V0; F32x4Add; Set V0; \
	STEP(R2, headArgs_xRow) STEP(R3, headArgs_yRow) NEXT(R6, 4)
#define PULL \
	TO(R3) LOAD(R3, 0) WEIGHT F32x4Mul; LOAD(R2, 0) Get V3; F32x4Mul; F32x4Sub; Get V2; F32x4Mul; V128Store $0, $0; \
	STEP(R2, headArgs_xRow) STEP(R3, headArgs_yRow) NEXT(R6, 4)
#define NORMBACK \
	PLACE(headArgs_x, R2) PLACE(headArgs_y, R3) ARG(headArgs_weight, R6) \
	V128Const $0, $0; Set V0;                                          \
	CHANNELS(headArgs_channels, PRODUCT)                               \
	PLACE(headArgs_rstd, R8) LOAD(R8, 0) Set V2;                           \
	Get V0; Get V7; F32x4Mul; Get V2; F32x4Mul; Get V2; F32x4Mul; Set V3; \
	PLACE(headArgs_x, R2) PLACE(headArgs_y, R3) ARG(headArgs_weight, R6) \
	CHANNELS(headArgs_channels, PULL)

// func qkNormRoPEBackwardLoop(a *headArgs)
TEXT ·qkNormRoPEBackwardLoop(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	ARG(headArgs_xHalf, R9)
	ARG(headArgs_yHalf, R10)
	ARG(headArgs_dyHalf, R12)
	ARG(headArgs_rstd, R13)
	ARG(headArgs_x, R2)
	ARG(headArgs_y, R3)
	ARG(headArgs_dy, R8)
	ARG(headArgs_cos, R4)
	ARG(headArgs_sin, R5)
	ARG(headArgs_dweight, R11)
	CHANNELS(headArgs_half, ROWBACK)
	ALL(headArgs_share, V7)
	TOKENS(NORMBACK)
	RET
