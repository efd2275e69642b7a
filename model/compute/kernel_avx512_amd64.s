#include "textflag.h"
#include "go_asm.h"

// A panel is one, two or three vectors of columns, its last vector under the mask K1. Its rows are computed eight at a time, what is left
// four, two and one at a time: every element is one chain of fused multiply-adds over ascending k, whichever tile it lies in.
//
// DI panel    SI b         R8, R9 rows 0 and 4 of a    DX, R9 rows 0 and 4 of c    CX steps left    R14 a of the tile    R15 rows left
// R10 aRow    R11 3 aRow   R12 aCol                    BX ldc, AX 3 ldc            R13 ldb
//
// Z0 to Z23 hold sums, Z24 to Z26 a row of b, Z31 an element of a. K2 (whole vectors) and K3 (the last one) are empty when c is set, so that
// loading it gives zeros.

#define OPEN \
	MOVQ p+0(FP), DI;            \
	MOVQ panel_c(DI), DX;        \
	MOVQ panel_ldc(DI), BX;      \
	MOVQ panel_a(DI), R14;       \
	MOVQ panel_aRow(DI), R10;    \
	MOVQ panel_aCol(DI), R12;    \
	MOVQ panel_ldb(DI), R13;     \
	MOVQ panel_m(DI), R15;       \
	LEAQ (BX)(BX*2), AX;         \
	LEAQ (R10)(R10*2), R11;      \
	MOVQ panel_acc(DI), CX;      \
	KMOVW CX, K2;                \
	MOVQ panel_last(DI), CX;     \
	KMOVW CX, K1;                \
	KANDW K1, K2, K3

// What one row does with its one, two or three vectors.
#define LOAD1(C, X)        VMOVUPS.Z C, K3, X
#define LOAD2(C, X, Y)     VMOVUPS.Z C, K2, X; VMOVUPS.Z 64 C, K3, Y
#define LOAD3(C, X, Y, W)  VMOVUPS.Z C, K2, X; VMOVUPS.Z 64 C, K2, Y; VMOVUPS.Z 128 C, K3, W
#define STORE1(C, X)       VMOVUPS X, K1, C
#define STORE2(C, X, Y)    VMOVUPS X, C; VMOVUPS Y, K1, 64 C
#define STORE3(C, X, Y, W) VMOVUPS X, C; VMOVUPS Y, 64 C; VMOVUPS W, K1, 128 C
#define ADD1(A, X)         VFMADD231PS.BCST A, Z24, X
#define ADD2(A, X, Y)      VBROADCASTSS A, Z31; VFMADD231PS Z24, Z31, X; VFMADD231PS Z25, Z31, Y
#define ADD3(A, X, Y, W)   VBROADCASTSS A, Z31; VFMADD231PS Z24, Z31, X; VFMADD231PS Z25, Z31, Y; VFMADD231PS Z26, Z31, W
#define ROW1               VMOVUPS.Z (SI), K1, Z24
#define ROW2               VMOVUPS (SI), Z24; VMOVUPS.Z 64(SI), K1, Z25
#define ROW3               VMOVUPS (SI), Z24; VMOVUPS 64(SI), Z25; VMOVUPS.Z 128(SI), K1, Z26

// DO to each row: P and Q are rows 0 and 4, S and S3 one and three strides.
#define R1x1(DO, P)           DO((P), Z0)
#define R2x1(DO, P, S)        R1x1(DO, P); DO((P)(S*1), Z1)
#define R4x1(DO, P, S, S3)    R2x1(DO, P, S); DO((P)(S*2), Z2); DO((P)(S3*1), Z3)
#define R8x1(DO, P, Q, S, S3) R4x1(DO, P, S, S3); DO((Q), Z4); DO((Q)(S*1), Z5); DO((Q)(S*2), Z6); DO((Q)(S3*1), Z7)

#define R1x2(DO, P)           DO((P), Z0, Z1)
#define R2x2(DO, P, S)        R1x2(DO, P); DO((P)(S*1), Z2, Z3)
#define R4x2(DO, P, S, S3)    R2x2(DO, P, S); DO((P)(S*2), Z4, Z5); DO((P)(S3*1), Z6, Z7)
#define R8x2(DO, P, Q, S, S3) R4x2(DO, P, S, S3); DO((Q), Z8, Z9); DO((Q)(S*1), Z10, Z11); DO((Q)(S*2), Z12, Z13); DO((Q)(S3*1), Z14, Z15)

#define R1x3(DO, P)           DO((P), Z0, Z1, Z2)
#define R2x3(DO, P, S)        R1x3(DO, P); DO((P)(S*1), Z3, Z4, Z5)
#define R4x3(DO, P, S, S3)    R2x3(DO, P, S); DO((P)(S*2), Z6, Z7, Z8); DO((P)(S3*1), Z9, Z10, Z11)
#define R8x3(DO, P, Q, S, S3) R4x3(DO, P, S, S3); DO((Q), Z12, Z13, Z14); DO((Q)(S*1), Z15, Z16, Z17); DO((Q)(S*2), Z18, Z19, Z20); DO((Q)(S3*1), Z21, Z22, Z23)

// A tile: load c, add k steps, store c. ALL does something to each of its rows.
#define TILE8(ALL, LOAD, ROW, ADD, STORE, step) \
	LEAQ (DX)(BX*4), R9;         \
	ALL(LOAD, DX, R9, BX, AX);   \
	MOVQ R14, R8;                \
	LEAQ (R14)(R10*4), R9;       \
	MOVQ panel_b(DI), SI;        \
	MOVQ panel_k(DI), CX;        \
step:                            \
	ROW;                         \
	ALL(ADD, R8, R9, R10, R11);  \
	ADDQ R12, R8;                \
	ADDQ R12, R9;                \
	ADDQ R13, SI;                \
	DECQ CX;                     \
	JNZ  step;                   \
	LEAQ (DX)(BX*4), R9;         \
	ALL(STORE, DX, R9, BX, AX);  \
	LEAQ (DX)(BX*8), DX;         \
	LEAQ (R14)(R10*8), R14

#define BEGIN MOVQ R14, R8; MOVQ panel_b(DI), SI; MOVQ panel_k(DI), CX
#define NEXT(step) ADDQ R12, R8; ADDQ R13, SI; DECQ CX; JNZ step

#define TILE4(ALL, LOAD, ROW, ADD, STORE, step) \
	ALL(LOAD, DX, BX, AX);       \
	BEGIN;                       \
step:                            \
	ROW;                         \
	ALL(ADD, R8, R10, R11);      \
	NEXT(step);                  \
	ALL(STORE, DX, BX, AX);      \
	LEAQ (DX)(BX*4), DX;         \
	LEAQ (R14)(R10*4), R14

#define TILE2(ALL, LOAD, ROW, ADD, STORE, step) \
	ALL(LOAD, DX, BX);           \
	BEGIN;                       \
step:                            \
	ROW;                         \
	ALL(ADD, R8, R10);           \
	NEXT(step);                  \
	ALL(STORE, DX, BX);          \
	LEAQ (DX)(BX*2), DX;         \
	LEAQ (R14)(R10*2), R14

#define TILE1(ALL, LOAD, ROW, ADD, STORE, step) \
	ALL(LOAD, DX);               \
	BEGIN;                       \
step:                            \
	ROW;                         \
	ALL(ADD, R8);                \
	NEXT(step);                  \
	ALL(STORE, DX)

// All rows of a panel.
#define PANEL(R8x, R4x, R2x, R1x, LOAD, ROW, ADD, STORE) \
	OPEN;                        \
	SUBQ $8, R15;                \
	JLT  four;                   \
eight:                           \
	TILE8(R8x, LOAD, ROW, ADD, STORE, step8); \
	SUBQ $8, R15;                \
	JGE  eight;                  \
four:                            \
	TESTQ $4, R15;               \
	JZ   two;                    \
	TILE4(R4x, LOAD, ROW, ADD, STORE, step4); \
two:                             \
	TESTQ $2, R15;               \
	JZ   one;                    \
	TILE2(R2x, LOAD, ROW, ADD, STORE, step2); \
one:                             \
	TESTQ $1, R15;               \
	JZ   done;                   \
	TILE1(R1x, LOAD, ROW, ADD, STORE, step1); \
done:                            \
	VZEROUPPER;                  \
	RET

// func avx512x1(p *panel)
TEXT ·avx512x1(SB), NOSPLIT, $0-8
	PANEL(R8x1, R4x1, R2x1, R1x1, LOAD1, ROW1, ADD1, STORE1)

// func avx512x2(p *panel)
TEXT ·avx512x2(SB), NOSPLIT, $0-8
	PANEL(R8x2, R4x2, R2x2, R1x2, LOAD2, ROW2, ADD2, STORE2)

// func avx512x3(p *panel)
TEXT ·avx512x3(SB), NOSPLIT, $0-8
	PANEL(R8x3, R4x3, R2x3, R1x3, LOAD3, ROW3, ADD3, STORE3)
