#include "textflag.h"
#include "go_asm.h"
#include "kernel_amd64.h"

// Z0 to Z23 hold sums, Z24 to Z26 a row of b, Z31 an element of a. K1 is the mask of the last vector. K2 (whole
// vectors) and K3 (the last one) are empty when c is set, so that loading it gives zeros.
#define OPEN \
	ARGUMENTS;                   \
	MOVQ panel_acc(DI), CX;      \
	KMOVW CX, K2;                \
	MOVQ panel_last(DI), CX;     \
	KMOVW CX, K1;                \
	KANDW K1, K2, K3

#define BEFORE

// What one row does with its one, two or three vectors.
#define FETCH1(C, X)       PREFETCHT0 C
#define FETCH2(C, X, Y)    PREFETCHT0 C; PREFETCHT0 64 C
#define FETCH3(C, X, Y, W) PREFETCHT0 C; PREFETCHT0 64 C; PREFETCHT0 128 C
#define LOAD1(C, X)        VMOVUPS.Z C, K3, X
#define LOAD2(C, X, Y)     VMOVUPS.Z C, K2, X; VMOVUPS.Z 64 C, K3, Y
#define LOAD3(C, X, Y, W)  VMOVUPS.Z C, K2, X; VMOVUPS.Z 64 C, K2, Y; VMOVUPS.Z 128 C, K3, W
#define STORE1(C, X)       VMOVUPS X, K1, C
#define STORE2(C, X, Y)    VMOVUPS X, C; VMOVUPS Y, K1, 64 C
#define STORE3(C, X, Y, W) VMOVUPS X, C; VMOVUPS Y, 64 C; VMOVUPS W, K1, 128 C
#define ADD1(A, X)         VFMADD231PS.BCST A, Z24, X
#define ADD2(A, X, Y)      VBROADCASTSS A, Z31; VFMADD231PS Z24, Z31, X; VFMADD231PS Z25, Z31, Y
#define ADD3(A, X, Y, W)   VBROADCASTSS A, Z31; VFMADD231PS Z24, Z31, X; VFMADD231PS Z25, Z31, Y; \
	VFMADD231PS Z26, Z31, W
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
#define R8x2(DO, P, Q, S, S3) R4x2(DO, P, S, S3); DO((Q), Z8, Z9); DO((Q)(S*1), Z10, Z11); \
	DO((Q)(S*2), Z12, Z13); DO((Q)(S3*1), Z14, Z15)

#define R1x3(DO, P)           DO((P), Z0, Z1, Z2)
#define R2x3(DO, P, S)        R1x3(DO, P); DO((P)(S*1), Z3, Z4, Z5)
#define R4x3(DO, P, S, S3)    R2x3(DO, P, S); DO((P)(S*2), Z6, Z7, Z8); DO((P)(S3*1), Z9, Z10, Z11)
#define R8x3(DO, P, Q, S, S3) R4x3(DO, P, S, S3); DO((Q), Z12, Z13, Z14); DO((Q)(S*1), Z15, Z16, Z17); \
	DO((Q)(S*2), Z18, Z19, Z20); DO((Q)(S3*1), Z21, Z22, Z23)

// func avx512x1(p *panel)
TEXT ·avx512x1(SB), NOSPLIT, $0-8
	OPEN
	EIGHTS(R8x1, FETCH1, LOAD1, ROW1, ADD1, STORE1)
	REST(R4x1, R2x1, R1x1, LOAD1, ROW1, ADD1, STORE1)

// func avx512x2(p *panel)
TEXT ·avx512x2(SB), NOSPLIT, $0-8
	OPEN
	EIGHTS(R8x2, FETCH2, LOAD2, ROW2, ADD2, STORE2)
	REST(R4x2, R2x2, R1x2, LOAD2, ROW2, ADD2, STORE2)

// func avx512x3(p *panel)
TEXT ·avx512x3(SB), NOSPLIT, $0-8
	OPEN
	EIGHTS(R8x3, FETCH3, LOAD3, ROW3, ADD3, STORE3)
	REST(R4x3, R2x3, R1x3, LOAD3, ROW3, ADD3, STORE3)
