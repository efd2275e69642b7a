//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "across_amd64.h"

// The gradient of RMSNorm, four rows at a time and then one: a row's result is the same. Of a row that is not whole
// vectors the rest comes last, under a mask.
//
// AX args   SI x   DI dy   R8 dx   R11 weight   R12 dweight   R13 where its whole vectors end   R14 rstd   CX rows left
// BX whole vectors of a row in bytes   R9, R10 one and three rows in bytes   R15, K1 the rest's elements
// K2, K3 those of a vector and of the
// rest that are added to
// Z0 to Z3 sums, Σγ·dy·x·inv²/width   Z4 to Z7 rstd   Z8 weight   Z9 dweight   Z10 dy, dx   Z11 x
// Z12 what was in dx   Z13 1/width   Z14 dy·x

#define DOT(X, DY, S) VMULPS DY, Z8, Z10; VFMADD231PS X, Z10, S
#define RESTDOT(X, DY, S) VMULPS.Z DY, Z8, K1, Z10; VMOVUPS.Z X, K1, Z11; VFMADD231PS Z11, Z10, S

// PULL sets Z10 = rstd·(γ·dy − x·C) + what is added to, and adds dy·x·rstd to dweight.
#define PULL(C, R) \
	VMULPS      Z11, Z10, Z14; \
	VFMADD231PS Z14, R, Z9;    \
	VMULPS      Z8, Z10, Z10;  \
	VMULPS      C, Z11, Z11;   \
	VSUBPS      Z11, Z10, Z10; \
	VFMADD213PS Z12, R, Z10

#define ROW(X, DY, DX, C, R) \
	VMOVUPS   DY, Z10;     \
	VMOVUPS   X, Z11;      \
	VMOVUPS.Z DX, K2, Z12; \
	PULL(C, R);            \
	VMOVUPS   Z10, DX

#define RESTROW(X, DY, DX, C, R) \
	VMOVUPS.Z DY, K1, Z10; \
	VMOVUPS.Z X, K1, Z11;  \
	VMOVUPS.Z DX, K3, Z12; \
	PULL(C, R);            \
	VMOVUPS   Z10, K1, DX

#define WEIGHT \
	MOVQ normArgs_weight(AX), R11; \
	LEAQ (R11)(BX*1), R13

#define WEIGHTS \
	SUBQ BX, SI;                  \
	SUBQ BX, DI;                  \
	MOVQ normArgs_dweight(AX), R12; \
	WEIGHT

// func normBackward512(a *normArgs)
TEXT ·normBackward512(SB), NOSPLIT, $0-8
	MOVQ         a+0(FP), AX
	MOVQ         normArgs_x(AX), SI
	MOVQ         normArgs_y(AX), DI
	MOVQ         normArgs_dx(AX), R8
	MOVQ         normArgs_rstd(AX), R14
	MOVQ         normArgs_row(AX), R9
	LEAQ         (R9)(R9*2), R10
	MOVQ         normArgs_whole(AX), BX
	MOVQ         normArgs_last(AX), R15
	KMOVW        R15, K1
	MOVQ         normArgs_acc(AX), CX
	KMOVW        CX, K2
	KANDW        K1, K2, K3
	VBROADCASTSS normArgs_share(AX), Z13
	MOVQ         normArgs_rows(AX), CX
	SUBQ         $4, CX
	JLT          ones

four:
	VPXORD Z0, Z0, Z0
	VPXORD Z1, Z1, Z1
	VPXORD Z2, Z2, Z2
	VPXORD Z3, Z3, Z3
	WEIGHT
	JMP    dot4next

dot4:
	VMOVUPS (R11), Z8
	DOT((SI), (DI), Z0)
	DOT((SI)(R9*1), (DI)(R9*1), Z1)
	DOT((SI)(R9*2), (DI)(R9*2), Z2)
	DOT((SI)(R10*1), (DI)(R10*1), Z3)
	ADDQ    $64, SI
	ADDQ    $64, DI
	ADDQ    $64, R11

dot4next:
	CMPQ      R11, R13
	JNE       dot4
	TESTQ     R15, R15
	JZ        pull4
	VMOVUPS.Z (R11), K1, Z8
	RESTDOT((SI), (DI), Z0)
	RESTDOT((SI)(R9*1), (DI)(R9*1), Z1)
	RESTDOT((SI)(R9*2), (DI)(R9*2), Z2)
	RESTDOT((SI)(R10*1), (DI)(R10*1), Z3)

pull4:
	ACROSS4(VADDPS, Z0, Z1, Z2, Z3, Z9, Z10)
	VBROADCASTF32X4 (R14), Z4
	VMULPS          Z13, Z0, Z0
	VMULPS          Z4, Z0, Z0
	VMULPS          Z4, Z0, Z0
	VPERMILPS       $0x55, Z0, Z1
	VPERMILPS       $0xAA, Z0, Z2
	VPERMILPS       $0xFF, Z0, Z3
	VPERMILPS       $0x00, Z0, Z0
	VPERMILPS       $0x55, Z4, Z5
	VPERMILPS       $0xAA, Z4, Z6
	VPERMILPS       $0xFF, Z4, Z7
	VPERMILPS       $0x00, Z4, Z4
	WEIGHTS
	JMP             pull4next

pull4vector:
	VMOVUPS (R11), Z8
	VMOVUPS (R12), Z9
	ROW((SI), (DI), (R8), Z0, Z4)
	ROW((SI)(R9*1), (DI)(R9*1), (R8)(R9*1), Z1, Z5)
	ROW((SI)(R9*2), (DI)(R9*2), (R8)(R9*2), Z2, Z6)
	ROW((SI)(R10*1), (DI)(R10*1), (R8)(R10*1), Z3, Z7)
	VMOVUPS Z9, (R12)
	ADDQ    $64, SI
	ADDQ    $64, DI
	ADDQ    $64, R8
	ADDQ    $64, R11
	ADDQ    $64, R12

pull4next:
	CMPQ      R11, R13
	JNE       pull4vector
	TESTQ     R15, R15
	JZ        next4
	VMOVUPS.Z (R11), K1, Z8
	VMOVUPS.Z (R12), K1, Z9
	RESTROW((SI), (DI), (R8), Z0, Z4)
	RESTROW((SI)(R9*1), (DI)(R9*1), (R8)(R9*1), Z1, Z5)
	RESTROW((SI)(R9*2), (DI)(R9*2), (R8)(R9*2), Z2, Z6)
	RESTROW((SI)(R10*1), (DI)(R10*1), (R8)(R10*1), Z3, Z7)
	VMOVUPS   Z9, K1, (R12)

next4:
	SUBQ BX, SI
	SUBQ BX, DI
	SUBQ BX, R8
	LEAQ (SI)(R9*4), SI
	LEAQ (DI)(R9*4), DI
	LEAQ (R8)(R9*4), R8
	ADDQ $16, R14
	SUBQ $4, CX
	JGE  four

ones:
	ADDQ $4, CX
	JZ   done

one:
	VPXORD Z0, Z0, Z0
	WEIGHT
	JMP    dot1next

dot1:
	VMOVUPS (R11), Z8
	DOT((SI), (DI), Z0)
	ADDQ    $64, SI
	ADDQ    $64, DI
	ADDQ    $64, R11

dot1next:
	CMPQ      R11, R13
	JNE       dot1
	TESTQ     R15, R15
	JZ        pull1
	VMOVUPS.Z (R11), K1, Z8
	RESTDOT((SI), (DI), Z0)

pull1:
	ACROSS(VADDPS, Z0, Z9)
	VBROADCASTSS (R14), Z4
	VMULPS       Z13, Z0, Z0
	VMULPS       Z4, Z0, Z0
	VMULPS       Z4, Z0, Z0
	WEIGHTS
	JMP          pull1next

pull1vector:
	VMOVUPS (R11), Z8
	VMOVUPS (R12), Z9
	ROW((SI), (DI), (R8), Z0, Z4)
	VMOVUPS Z9, (R12)
	ADDQ    $64, SI
	ADDQ    $64, DI
	ADDQ    $64, R8
	ADDQ    $64, R11
	ADDQ    $64, R12

pull1next:
	CMPQ      R11, R13
	JNE       pull1vector
	TESTQ     R15, R15
	JZ        next1
	VMOVUPS.Z (R11), K1, Z8
	VMOVUPS.Z (R12), K1, Z9
	RESTROW((SI), (DI), (R8), Z0, Z4)
	VMOVUPS   Z9, K1, (R12)

next1:
	SUBQ BX, SI
	SUBQ BX, DI
	SUBQ BX, R8
	ADDQ R9, SI
	ADDQ R9, DI
	ADDQ R9, R8
	ADDQ $4, R14
	DECQ CX
	JNZ  one

done:
	VZEROUPPER
	RET
