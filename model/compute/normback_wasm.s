//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"

// The gradient of RMSNorm where rows are whole vectors. A row's root is waited for by nobody but itself, so it is taken as soon as its sum
// is there.
//
// R0 args   R1 dy   R2 inv   R3 x   R4 dx   R5 rows left   R6 vectors of a row   R7 those left   R8 cursor of x, R9 of dy
// R10 of gain, R11 of dgain   R12 whether to add to dx
// V1 sum   V2 x   V3 inv   V4 c   V5 dy   V6 result   F1 inv   F16 width

#define ARG(FIELD, R) Get R0; I32WrapI64; I64Load $FIELD; Set R;
#define LOAD(P)       Get P; I32WrapI64; V128Load $0;
#define STORE(P, V)   Get P; I32WrapI64; Get V; V128Store $0, $0;
#define COPY(R, T)    Get R; Set T;
#define NEXT(P)       Get P; I64Const $16; I64Add; Set P;
#define REPEAT(N)     Get N; I64Const $1; I64Sub; Tee N; I64Const $0; I64Ne; BrIf $0;
#define LANE(V, N)    Get V; F32x4ExtractLane $0, $N;

#define OPEN \
	ARG(normArgs_y, R1)       \
	ARG(normArgs_inv, R2)     \
	ARG(normArgs_x, R3)       \
	ARG(normArgs_rows, R5)    \
	ARG(normArgs_vectors, R6) \
	Get R0; I32WrapI64; F64Load $normArgs_width; Set F16;

// MEAN leaves the sum of the lanes of V1 divided by the width.
#define MEAN \
	LANE(V1, 0) LANE(V1, 1) F32Add; F64PromoteF32; \
	LANE(V1, 2) LANE(V1, 3) F32Add; F64PromoteF32; \
	F64Add; Get F16; F64Div; F32DemoteF64;

// func normBackwardLoop(a *normArgs)
TEXT ·normBackwardLoop(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	OPEN
	ARG(normArgs_dx, R4)
	ARG(normArgs_acc, R12)
	Loop
		V128Const $0, $0
		Set V1
		COPY(R3, R8)
		COPY(R1, R9)
		ARG(normArgs_gain, R10)
		COPY(R6, R7)
		Loop
			LOAD(R10)
			LOAD(R9)
			F32x4Mul
			LOAD(R8)
			F32x4Mul
			Get V1
			F32x4Add
			Set V1
			NEXT(R8)
			NEXT(R9)
			NEXT(R10)
			REPEAT(R7)
		End
		Get R2
		I32WrapI64
		F32Load $0
		Set F1
		MEAN
		Get F1
		F32Mul
		Get F1
		F32Mul
		F32x4Splat
		Set V4
		Get F1
		F32x4Splat
		Set V3
		ARG(normArgs_gain, R10)
		ARG(normArgs_dgain, R11)
		COPY(R6, R7)
		Loop
			LOAD(R1)
			Set V5
			LOAD(R3)
			Set V2
			LOAD(R10)
			Get V5
			F32x4Mul
			Get V2
			Get V4
			F32x4Mul
			F32x4Sub
			Get V3
			F32x4Mul
			Set V6
			Get R12
			I64Const $0
			I64Ne
			If
				Get V6
				LOAD(R4)
				F32x4Add
				Set V6
			End
			STORE(R4, V6)
			Get V5
			Get V2
			F32x4Mul
			Get V3
			F32x4Mul
			LOAD(R11)
			F32x4Add
			Set V6
			STORE(R11, V6)
			NEXT(R1)
			NEXT(R3)
			NEXT(R4)
			NEXT(R10)
			NEXT(R11)
			REPEAT(R7)
		End
		Get R2
		I64Const $4
		I64Add
		Set R2
		REPEAT(R5)
	End
	RET
