#include "textflag.h"
#include "words_wasm.h"

#define TAKE(P, V)   LOAD(P, 0) Set V; NEXT(P, 16)
#define MOVE(P, OFF) TO(R0) TO(P) F32Load $0; F32Store $OFF;

// HALVES turns the halves of A and B to the lower ones of both and the upper ones of both; EVENODD puts even lanes
// before odd ones.
#define HALVES(A, B) \
	Get A; Get B; F64x2ExtractLane $0, $0; F64x2ReplaceLane $0, $1; \
	Get B; Get A; F64x2ExtractLane $0, $1; F64x2ReplaceLane $0, $0; \
	Set B; Set A;
#define EVENODD(A) Get A; Get V4; I8x16Swizzle; Set A;

// Four rows of src become four columns of dst, four columns at a time; a column that is left over becomes a row by
// itself.
//
// R0 dst   R1 from a row of it to the next   R2 to R5 rows of src   R6 from one to the next   R7 columns left
// R8, R9, R10 further rows of dst   R11 fours of rows left   R12 the first row of the next four   R13 dst of these
// V0 to V3 rows   V4 even and odd lanes
//
// func transposeLoop(dst *float32, ldd int, src *float32, lds, cols, fours int)
TEXT ·transposeLoop(SB), NOSPLIT, $0-48
	MOVD dst+0(FP), R13
	MOVD ldd+8(FP), R1
	MOVD src+16(FP), R12
	MOVD lds+24(FP), R6
	MOVD fours+40(FP), R11
	V128Const $0x0b0a090803020100, $0x0f0e0d0c07060504
	Set V4
	Loop
		COPY(R12, R2)
		SUM(R2, R6, R3)
		SUM(R3, R6, R4)
		SUM(R4, R6, R5)
		SUM(R5, R6, R12)
		COPY(R13, R0)
		MOVD cols+32(FP), R7
		Block
			Loop
				Get R7
				I64Const $4
				I64LtS
				BrIf $1
				TAKE(R2, V0)
				TAKE(R3, V1)
				TAKE(R4, V2)
				TAKE(R5, V3)
				HALVES(V0, V1)
				HALVES(V2, V3)
				EVENODD(V0)
				EVENODD(V1)
				EVENODD(V2)
				EVENODD(V3)
				HALVES(V0, V2)
				HALVES(V1, V3)
				SUM(R0, R1, R8)
				SUM(R8, R1, R9)
				SUM(R9, R1, R10)
				STORE(R0, 0, V0)
				STORE(R8, 0, V2)
				STORE(R9, 0, V1)
				STORE(R10, 0, V3)
				SUM(R10, R1, R0)
				NEXT(R7, -4)
				Br $0
			End
		End
		Block
			Loop
				Get R7
				I64Eqz
				BrIf $1
				MOVE(R2, 0)
				MOVE(R3, 4)
				MOVE(R4, 8)
				MOVE(R5, 12)
				SUM(R0, R1, R0)
				NEXT(R2, 4)
				NEXT(R3, 4)
				NEXT(R4, 4)
				NEXT(R5, 4)
				NEXT(R7, -1)
				Br $0
			End
		End
		NEXT(R13, 16)
		REPEAT(R11)
	End
	RET
