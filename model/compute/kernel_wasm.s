#include "textflag.h"
#include "go_asm.h"
#include "words_wasm.h"

// A panel is four, two or one vectors of columns. Its rows are computed two or four at a time, the rest one at a
// time; every element is one sum over ascending k, a product rounded before it is added, whichever tile it lies in.
// The loop over k is not unrolled: compilers of WebAssembly run it best so. The assembler takes the number of a lane,
// and the offset of a vector's store, as a second operand only; as a first one it would be lost.
//
// R0 panel   R1 c of the tile   R2 ldc    R3 a of the tile   R4 aRow   R5 aCol   R6 b   R7 ldb    R8 end of b
// R9 rows left
// R10 a of the present k   R11, R12, R13 further rows of c, or how far those of a are from the first
//
// V0 to V7 hold sums, V8 to V11 a row of b, V12 an element of a, V15 zeros.

#define LESS(R, N) Get R; I64Const $N; I64Sub; Set R;

#define OPEN \
	MOVD p+0(FP), R0;   \
	ARG(panel_c, R1)    \
	ARG(panel_ldc, R2)  \
	ARG(panel_a, R3)    \
	ARG(panel_aRow, R4) \
	ARG(panel_aCol, R5) \
	ARG(panel_ldb, R7)  \
	ARG(panel_m, R9)    \
	ARG(panel_b, R6)    \
	ARG(panel_k, R8)    \
	Get R8; Get R7; I64Mul; Get R6; I64Add; Set R8;

// READ sets a vector to what lies at an offset, ZERO clears one.
#define READ(P, OFF, V) LOAD(P, OFF) Set V;
#define ZERO(V)         Get V15; Set V;

// SPLAT reads an element of a at an address, MULADD adds its product with B to S. The assembler of Go 1.27 leaves out
// the two numbers that follow the opcode of such a load, alignment and offset. Both are zero bytes, and so is the
// opcode of Unreachable: it writes them. An assembler that writes them itself will make every product trap.
#define SPLAT(AT)    AT V128Load32Splat; Unreachable; Unreachable; Set V12;
#define MULADD(B, S) Get V12; Get B; F32x4Mul; Get S; F32x4Add; Set S;

// LOADPART and STOREPART move the first one, two or three columns of a vector.
#define COLUMN(N, DO)   OF(panel_part) I64Const $N; I64GtS; If; DO End;
#define IN(P, N, OFF, V)  Get V; TO(P) F32Load $OFF; F32x4ReplaceLane $0, $N; Set V;
#define OUT(P, N, OFF, V) TO(P) Get V; F32x4ExtractLane $0, $N; F32Store $OFF;
#define LOADPART(P, V)  ZERO(V) IN(P, 0, 0, V) COLUMN(1, IN(P, 1, 4, V)) COLUMN(2, IN(P, 2, 8, V))
#define STOREPART(P, V) OUT(P, 0, 0, V) COLUMN(1, OUT(P, 1, 4, V)) COLUMN(2, OUT(P, 2, 8, V))

// K repeats STEP while b lasts.
#define K(STEP) \
	ARG(panel_b, R6)   \
	Loop;              \
		STEP           \
		SUM(R6, R7, R6) \
		Get R6;        \
		Get R8;        \
		I64Ne;         \
		BrIf $0;       \
	End;

// IFADD does one thing when c is added to, and another when it is set.
#define IFADD(YES, NO) OF(panel_acc) I32WrapI64; If; YES Else; NO End;

// WHILE repeats TILE while N rows are left.
#define WHILE(N, TILE) \
	Block;                 \
		Loop;              \
			Get R9;        \
			I64Const $N;   \
			I64LtS;        \
			BrIf $1;       \
			TILE           \
			LESS(R9, N)    \
			Br $0;         \
		End;               \
	End;

// A is the address of the first row of a, and AT that of one so far from it: a sum for every row would be one more
// instruction a turn.
#define A TO(R10)

// What one row of four, two or one vectors does.
#define LOAD4(P, A, B, C, D)  READ(P, 0, A) READ(P, 16, B) READ(P, 32, C) READ(P, 48, D)
#define STORE4(P, A, B, C, D) STORE(P, 0, A) STORE(P, 16, B) STORE(P, 32, C) STORE(P, 48, D)
#define ZERO4(P, A, B, C, D)  ZERO(A) ZERO(B) ZERO(C) ZERO(D)
#define ADD4(AT, A, B, C, D)  SPLAT(AT) MULADD(V8, A) MULADD(V9, B) MULADD(V10, C) MULADD(V11, D)
#define LOAD2(P, A, B)        READ(P, 0, A) READ(P, 16, B)
#define STORE2(P, A, B)       STORE(P, 0, A) STORE(P, 16, B)
#define ZERO2(P, A, B)        ZERO(A) ZERO(B)
#define ADD2(AT, A, B)        SPLAT(AT) MULADD(V8, A) MULADD(V9, B)
#define LOAD1(P, A)           READ(P, 0, A)
#define STORE1(P, A)          STORE(P, 0, A)
#define ZERO1(P, A)           ZERO(A)
#define ADD1(AT, A)           SPLAT(AT) MULADD(V8, A)

#define TILE1(ROWS, GET, CLEAR, STEP, PUT) \
	IFADD(ROWS(GET, R1), ROWS(CLEAR, R1)) \
	COPY(R3, R10)                     \
	K(STEP)                               \
	ROWS(PUT, R1)                         \
	SUM(R1, R2, R1)                       \
	SUM(R3, R4, R3)

// Tiles of two rows, and of one, of four vectors.
#define ROWS2x4(DO, P, Q) DO(P, V0, V1, V2, V3) DO(Q, V4, V5, V6, V7)
#define ROWS1x4(DO, P)    DO(P, V0, V1, V2, V3)

#define STEP2x4 LOAD4(R6, V8, V9, V10, V11) ROWS2x4(ADD4, A, AT(R10, R4)) SUM(R10, R5, R10)
#define STEP1x4 LOAD4(R6, V8, V9, V10, V11) ROWS1x4(ADD4, A) SUM(R10, R5, R10)

#define TILE2x4 \
	SUM(R1, R2, R11)                                       \
	IFADD(ROWS2x4(LOAD4, R1, R11), ROWS2x4(ZERO4, R1, R11)) \
	COPY(R3, R10)                                          \
	K(STEP2x4)                                             \
	SUM(R1, R2, R11)                                       \
	ROWS2x4(STORE4, R1, R11)                               \
	SUM(R11, R2, R1)                                       \
	SUM(R3, R4, R3)                                        \
	SUM(R3, R4, R3)

// func panel4(p *panel)
TEXT ·panel4(SB), NOSPLIT, $0-8
	OPEN
	WHILE(2, TILE2x4)
	WHILE(1, TILE1(ROWS1x4, LOAD4, ZERO4, STEP1x4, STORE4))
	RET

// Tiles of four rows, and of one, of two vectors or one vector.
#define ROWS4x2(DO, P) DO(P, V0, V1) DO(R11, V2, V3) DO(R12, V4, V5) DO(R13, V6, V7)
#define ROWS1x2(DO, P) DO(P, V0, V1)
#define ROWS4x1(DO, P) DO(P, V0) DO(R11, V1) DO(R12, V2) DO(R13, V3)
#define ROWS1x1(DO, P) DO(P, V0)
#define SUMS4x2        ADD2(A, V0, V1) ADD2(AT(R10, R4), V2, V3) ADD2(AT(R10, R12), V4, V5) ADD2(AT(R10, R13), V6, V7)
#define SUMS4x1        ADD1(A, V0) ADD1(AT(R10, R4), V1) ADD1(AT(R10, R12), V2) ADD1(AT(R10, R13), V3)

// ROWSOF points R11 to R13 at the rows after P, a stride apart.
#define ROWSOF(P, STRIDE) SUM(P, STRIDE, R11) SUM(R11, STRIDE, R12) SUM(R12, STRIDE, R13)

#define STEP4x2 LOAD2(R6, V8, V9) SUMS4x2 SUM(R10, R5, R10)
#define STEP1x2 LOAD2(R6, V8, V9) ROWS1x2(ADD2, A) SUM(R10, R5, R10)
#define STEP4x1 LOAD1(R6, V8) SUMS4x1 SUM(R10, R5, R10)
#define STEP1x1 LOAD1(R6, V8) ROWS1x1(ADD1, A) SUM(R10, R5, R10)

#define TILE4(ROWS, GET, CLEAR, STEP, PUT) \
	ROWSOF(R1, R2)                              \
	IFADD(ROWS(GET, R1), ROWS(CLEAR, R1))       \
	COPY(R3, R10)                               \
	SUM(R4, R4, R12)                            \
	SUM(R12, R4, R13)                           \
	K(STEP)                                     \
	ROWSOF(R1, R2)                              \
	ROWS(PUT, R1)                               \
	SUM(R13, R2, R1)                            \
	SUM(R3, R4, R3)                             \
	SUM(R3, R4, R3)                             \
	SUM(R3, R4, R3)                             \
	SUM(R3, R4, R3)

// func panel2(p *panel)
TEXT ·panel2(SB), NOSPLIT, $0-8
	OPEN
	WHILE(4, TILE4(ROWS4x2, LOAD2, ZERO2, STEP4x2, STORE2))
	WHILE(1, TILE1(ROWS1x2, LOAD2, ZERO2, STEP1x2, STORE2))
	RET

// func panel1(p *panel)
TEXT ·panel1(SB), NOSPLIT, $0-8
	OPEN
	WHILE(4, TILE4(ROWS4x1, LOAD1, ZERO1, STEP4x1, STORE1))
	WHILE(1, TILE1(ROWS1x1, LOAD1, ZERO1, STEP1x1, STORE1))
	RET

// func panelPart(p *panel)
TEXT ·panelPart(SB), NOSPLIT, $0-8
	OPEN
	WHILE(4, TILE4(ROWS4x1, LOADPART, ZERO1, STEP4x1, STOREPART))
	WHILE(1, TILE1(ROWS1x1, LOADPART, ZERO1, STEP1x1, STOREPART))
	RET
