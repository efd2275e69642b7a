#include "textflag.h"
#include "go_asm.h"
#include "kernel_amd64.h"

// Y0 to Y11 hold sums, Y12 and Y13 a row of b, Y14 an element of a, Y15 the mask of the last vector. Before a tile
// begins, Y12 (whole vectors) and Y13 (the last one) are masks that are empty when c is set, so that loading it gives
// zeros.
#define OPEN \
	ARGUMENTS;                 \
	MOVQ panel_mask(DI), CX;        \
	VMOVUPS (CX), Y15

#define BEFORE VPBROADCASTD panel_acc(DI), Y12; VPAND Y12, Y15, Y13

// What one row does with its one or two vectors. Names that end in M store the last one under its mask, which some
// machines do slowly.
#define FETCH1(C, X)     PREFETCHT0 C
#define FETCH2(C, X, Y)  PREFETCHT0 C
#define LOAD1(C, X)      VMASKMOVPS C, Y13, X
#define LOAD2(C, X, Y)   VMASKMOVPS C, Y12, X; VMASKMOVPS 32 C, Y13, Y
#define STORE1(C, X)     VMOVUPS X, C
#define STORE2(C, X, Y)  VMOVUPS X, C; VMOVUPS Y, 32 C
#define STORE1M(C, X)    VMASKMOVPS X, Y15, C
#define STORE2M(C, X, Y) VMOVUPS X, C; VMASKMOVPS Y, Y15, 32 C
#define ADD1(A, X)       VBROADCASTSS A, Y14; VFMADD231PS Y12, Y14, X
#define ADD2(A, X, Y)    VBROADCASTSS A, Y14; VFMADD231PS Y12, Y14, X; VFMADD231PS Y13, Y14, Y
#define ROW1             VMASKMOVPS (SI), Y15, Y12
#define ROW2             VMOVUPS (SI), Y12; VMASKMOVPS 32(SI), Y15, Y13

// DO to each row: P and Q are rows 0 and 4, S and S3 one and three strides.
#define R1x1(DO, P)           DO((P), Y0)
#define R2x1(DO, P, S)        R1x1(DO, P); DO((P)(S*1), Y1)
#define R4x1(DO, P, S, S3)    R2x1(DO, P, S); DO((P)(S*2), Y2); DO((P)(S3*1), Y3)
#define R8x1(DO, P, Q, S, S3) R4x1(DO, P, S, S3); DO((Q), Y4); DO((Q)(S*1), Y5); DO((Q)(S*2), Y6); DO((Q)(S3*1), Y7)

#define R1x2(DO, P)           DO((P), Y0, Y1)
#define R2x2(DO, P, S)        R1x2(DO, P); DO((P)(S*1), Y2, Y3)
#define R4x2(DO, P, S, S3)    R2x2(DO, P, S); DO((P)(S*2), Y4, Y5); DO((P)(S3*1), Y6, Y7)
#define R6x2(DO, P, Q, S, S3) R4x2(DO, P, S, S3); DO((Q), Y8, Y9); DO((Q)(S*1), Y10, Y11)

// All rows of a panel, six at a time, as EIGHTS does.
#define SIXES(STORE) \
	SUBQ $6, R15;                 \
	JLT  four;                    \
six:                              \
	LEAQ (DX)(AX*2), R8;          \
	LEAQ (R8)(BX*4), R9;          \
	R6x2(FETCH2, R8, R9, BX, AX); \
	TILE(R6x2, LOAD2, ROW2, ADD2, STORE, step6); \
	LEAQ (DX)(AX*2), DX;          \
	LEAQ (R14)(R11*2), R14;       \
	SUBQ $6, R15;                 \
	JGE  six;                     \
four:                             \
	ADDQ $6, R15

// func avx2x1(p *panel)
TEXT ·avx2x1(SB), NOSPLIT, $0-8
	OPEN
	EIGHTS(R8x1, FETCH1, LOAD1, ROW1, ADD1, STORE1)
	REST(R4x1, R2x1, R1x1, LOAD1, ROW1, ADD1, STORE1)

// func avx2x1m(p *panel)
TEXT ·avx2x1m(SB), NOSPLIT, $0-8
	OPEN
	EIGHTS(R8x1, FETCH1, LOAD1, ROW1, ADD1, STORE1M)
	REST(R4x1, R2x1, R1x1, LOAD1, ROW1, ADD1, STORE1M)

// func avx2x2(p *panel)
TEXT ·avx2x2(SB), NOSPLIT, $0-8
	OPEN
	SIXES(STORE2)
	REST(R4x2, R2x2, R1x2, LOAD2, ROW2, ADD2, STORE2)

// func avx2x2m(p *panel)
TEXT ·avx2x2m(SB), NOSPLIT, $0-8
	OPEN
	SIXES(STORE2M)
	REST(R4x2, R2x2, R1x2, LOAD2, ROW2, ADD2, STORE2M)
