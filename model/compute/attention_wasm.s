//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "words_wasm.h"
#include "exp_wasm.h"

// The softmax of attention's scores and its gradient, a query in every lane and four keys at a time. Queries come
// four at a time from a multiple of four on: so all four see the keys before them, by fours, and of the four keys
// beside them each sees those up to its own. Of these there are fewer than four where the sequence ends.
//
// R0 args   R1 x, or d, of the first key   R2 cursor   R3 fours of keys that all see, R4 those left
// R5 queries left   R6 the keys beside them
// R7 how many these are   R8 keys after them, R9 those left   R10 p of the first key, R11 its cursor
// V12 a constant   V13 largest, then 1/sum, or sum   V14 sum   V15 scale

#define ROW  (4*const_attnBlock)
#define ROW2 (8*const_attnBlock)
#define ROW3 (12*const_attnBlock)
#define ROW4 (16*const_attnBlock)

#define IFMORE(R, N, DO) Get R; I64Const $N; I64GtS; If; DO End;
#define FOURS(DO)        COPY(R3, R4) IFMORE(R4, 0, Loop; DO REPEAT(R4) End;)

// SEEN is which lanes see key I of those beside them.
#define SEEN(I) I32Const $·seen(SB); V128Load $(16*I);
DATA ·seen+0(SB)/8, $-1
DATA ·seen+8(SB)/8, $-1
DATA ·seen+16(SB)/8, $0xffffffff00000000
DATA ·seen+24(SB)/8, $-1
DATA ·seen+32(SB)/8, $0
DATA ·seen+40(SB)/8, $-1
DATA ·seen+48(SB)/8, $0
DATA ·seen+56(SB)/8, $0xffffffff00000000
GLOBL ·seen(SB), RODATA|NOPTR, $64

// BESIDE is a key beside the queries, the last one for those that lack.
#define BESIDE(I, OFF, V) TO(R6) I32Const $OFF; I32Const $0; Get R7; I64Const $I; I64GtS; Select; I32Add; \
	V128Load $0; Set V;
#define BESIDES           LOAD(R6, 0) Set V0; BESIDE(1, ROW, V1) BESIDE(2, ROW2, V2) BESIDE(3, ROW3, V3)

#define HIDE(I, V)   Get V; Get V12; SEEN(I) V128Bitselect; Set V;
#define LARGER(V, W) Get V; Get W; F32x4Pmax; Set V;
#define LARGEST      LARGERTHAN(0, V0) LARGERTHAN(ROW, V1) LARGERTHAN(ROW2, V2) LARGERTHAN(ROW3, V3) NEXT(R2, ROW4)
#define LARGERTHAN(OFF, V) Get V; LOAD(R2, OFF) F32x4Pmax; Set V;

#define EXPONENT(V) Get V; Get V13; F32x4Sub; Get V15; F32x4Mul; Set V;
#define EXPONENTS   EXPONENT(V0) EXPONENT(V1) EXPONENT(V2) EXPONENT(V3) CUTLOW EXP
#define GET(OFF, V) LOAD(R2, OFF) Set V;
#define PUT(OFF, V) STORE(R2, OFF, V)
#define ADDALL      Get V8; Get V9; F32x4Add; Get V10; Get V11; F32x4Add; F32x4Add; Get V14; F32x4Add; Set V14;
#define EXPS \
	GET(0, V0) GET(ROW, V1) GET(ROW2, V2) GET(ROW3, V3) EXPONENTS ADDALL \
	PUT(0, V8) PUT(ROW, V9) PUT(ROW2, V10) PUT(ROW3, V11) NEXT(R2, ROW4)
// LARGESTEXPS finds the largest of V0 to V3 and of what lies from R1 on, V13; then the exponentials and their sum V14.
#define LARGESTEXPS COPY(R1, R2) FOURS(LARGEST) LARGER(V0, V1) LARGER(V2, V3) LARGER(V0, V2) COPY(V0, V13) \
	V128Const $0, $0; Set V14; COPY(R1, R2) FOURS(EXPS)
#define ONLY(I, V)    Get V; SEEN(I) V128And; Set V;
#define SCALED(OFF, V) TO(R6) Get V; Get V13; F32x4Mul; V128Store $0, $OFF;

#define SCALE(OFF) TO(R2) LOAD(R2, OFF) Get V13; F32x4Mul; V128Store $0, $OFF;
#define SCALES     SCALE(0) SCALE(ROW) SCALE(ROW2) SCALE(ROW3) NEXT(R2, ROW4)

// ZERO clears what queries hold of the keys after them, from R2 on.
#define CLEAR TO(R2) V128Const $0, $0; V128Store $0, $0; NEXT(R2, ROW)
#define ZERO  COPY(R8, R9) IFMORE(R9, 0, Loop; CLEAR REPEAT(R9) End;)

// COUNT finds how many of the keys beside the queries there are; ONWARD goes on to the next four queries.
#define COUNT  I64Const $4; Get R5; Get R5; I64Const $4; I64GtS; Select; Set R7;
#define ONWARD NEXT(R3, 1) NEXT(R8, -4) NEXT(R6, ROW4+16) NEXT(R1, 16) NEXT(R5, -4)

#define OPEN \
	MOVD a+0(FP), R0               \
	ARG(attentionArgs_x, R1)       \
	ARG(attentionArgs_fours, R3)   \
	ARG(attentionArgs_queries, R5) \
	ARG(attentionArgs_after, R8)   \
	Get R3; I64Const $ROW4; I64Mul; Get R1; I64Add; Set R6; \
	ALL(attentionArgs_scale, V15)

// func attentionSoftmax(a *attentionArgs)
TEXT ·attentionSoftmax(SB), NOSPLIT, $0-8
	OPEN
	EXPOPEN
	Loop
		COUNT
		I32Const $-0x800000 // −∞
		I32x4Splat
		Set V12
		BESIDES
		HIDE(1, V1)
		HIDE(2, V2)
		HIDE(3, V3)
		LARGESTEXPS
		BESIDES
		EXPONENTS
		ONLY(1, V9)
		ONLY(2, V10)
		ONLY(3, V11)
		ADDALL
		LET(ONE)
		Get V12
		Get V14
		F32x4Div
		Set V13
		SCALED(0, V8)
		IFMORE(R7, 1, SCALED(ROW, V9))
		IFMORE(R7, 2, SCALED(ROW2, V10))
		IFMORE(R7, 3, SCALED(ROW3, V11))
		COPY(R1, R2)
		FOURS(SCALES)
		NEXT(R2, ROW4)
		ZERO
		ONWARD
		Get R5
		I64Const $0
		I64GtS
		BrIf $0
	End
	RET

#define PRODUCT(OFF, V) LOAD(R2, OFF) LOAD(R11, OFF) F32x4Mul; Get V; F32x4Add; Set V;
#define PULL(OFF)       TO(R2) LOAD(R11, OFF) LOAD(R2, OFF) Get V13; F32x4Sub; F32x4Mul; Get V15; F32x4Mul; \
	V128Store $0, $OFF;
#define EACH(DO, A, B, C, D) DO(0, A) DO(ROW, B) DO(ROW2, C) DO(ROW3, D) NEXT(R2, ROW4) NEXT(R11, ROW4)
#define PULLS           PULL(0) PULL(ROW) PULL(ROW2) PULL(ROW3) NEXT(R2, ROW4) NEXT(R11, ROW4)

// func attentionSoftmaxBackward(a *attentionArgs)
TEXT ·attentionSoftmaxBackward(SB), NOSPLIT, $0-8
	OPEN
	ARG(attentionArgs_p, R10)
	Loop
		COUNT
		V128Const $0, $0
		Tee V0
		Tee V1
		Tee V2
		Set V3
		COPY(R1, R2)
		COPY(R10, R11)
		FOURS(EACH(PRODUCT, V0, V1, V2, V3))
		PRODUCT(0, V0)
		IFMORE(R7, 1, PRODUCT(ROW, V1))
		IFMORE(R7, 2, PRODUCT(ROW2, V2))
		IFMORE(R7, 3, PRODUCT(ROW3, V3))
		Get V0
		Get V1
		F32x4Add
		Get V2
		Get V3
		F32x4Add
		F32x4Add
		Set V13
		COPY(R1, R2)
		COPY(R10, R11)
		FOURS(PULLS)
		PULL(0)
		IFMORE(R7, 1, PULL(ROW))
		IFMORE(R7, 2, PULL(ROW2))
		IFMORE(R7, 3, PULL(ROW3))
		NEXT(R2, ROW4)
		ZERO
		ONWARD
		NEXT(R10, 16)
		Get R5
		I64Const $0
		I64GtS
		BrIf $0
	End
	RET

// Rows are of another length from here on.
#undef ROW
#undef ROW2
#undef ROW3
#undef ROW4
#define ROW  (4*const_prefixBlock)
#define ROW2 (8*const_prefixBlock)
#define ROW3 (12*const_prefixBlock)
#define ROW4 (16*const_prefixBlock)

// func attentionSoftmaxWhole(a *attentionArgs)
TEXT ·attentionSoftmaxWhole(SB), NOSPLIT, $0-8
	OPEN
	EXPOPEN
	Loop
		I32Const $-0x800000 // −∞
		I32x4Splat
		Tee V0
		Tee V1
		Tee V2
		Set V3
		LARGESTEXPS
		LET(ONE)
		Get V12
		Get V14
		F32x4Div
		Set V13
		COPY(R1, R2)
		FOURS(SCALES)
		NEXT(R1, 16)
		NEXT(R5, -4)
		Get R5
		I64Const $0
		I64GtS
		BrIf $0
	End
	RET
