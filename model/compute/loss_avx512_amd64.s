//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "exp_amd64.h"
#include "across_amd64.h"

// The softmax of a few rows: the largest of each, then their exponentials and sums, then what these are multiplied by, so that no row waits for
// itself. Of a row that is not whole vectors the rest comes first, under a mask.
//
// AX args   SI x   DI d   DX row of x in bytes   R8 of d   BX whole vectors of a row in bytes   CX rows left   R9 tops   R10 sums   R11 cursor
// K1, R12 the rest's elements
// Z0 argument and result   Z1, Z2, Z3, Z4 what EXP and ACROSS need   Z5 top or factor   Z6 sum   Z7 −∞

// Where no cache holds the rows, those of the next time are fetched while these are calculated with.
#define AHEAD 8192

#define ROWS \
	MOVQ lossArgs_d(AX), DI;    \
	MOVQ lossArgs_x(AX), SI;    \
	MOVQ lossArgs_rows(AX), CX; \
	LEAQ lossArgs_tops(AX), R9; \
	LEAQ lossArgs_sums(AX), R10

#define NEXTROW(again) \
	ADDQ DX, SI;  \
	ADDQ R8, DI;  \
	ADDQ $4, R9;  \
	ADDQ $4, R10; \
	DECQ CX;      \
	JNZ  again

// func loss512(a *lossArgs)
TEXT ·loss512(SB), NOSPLIT, $64-8
	MOVQ         a+0(FP), AX
	MOVQ         lossArgs_dRow(AX), R8
	MOVQ         lossArgs_row(AX), DX
	MOVQ         lossArgs_whole(AX), BX
	MOVQ         lossArgs_last(AX), CX
	KMOVW        CX, K1
	MOVQ         CX, R12
	VBROADCASTSS lossArgs_none(AX), Z7
	EXPCONSTANTS
	ROWS

topRow:
	VMOVAPS Z7, Z5
	TESTQ   R12, R12
	JZ      topBegin
	VMOVUPS (SI)(BX*1), K1, Z5

topBegin:
	XORL R11, R11
	JMP  topNext

top:
	VMAXPS (SI)(R11*1), Z5, Z5
	ADDQ   $64, R11

topNext:
	CMPQ R11, BX
	JNE  top
	ACROSS(VMAXPS, Z5, Z1)
	VMOVSS X5, (R9)
	NEXTROW(topRow)
	ROWS

expRow:
	VBROADCASTSS (R9), Z5
	VPXORD       Z6, Z6, Z6
	TESTQ        R12, R12
	JZ           expBegin
	PREFETCHT0   AHEAD(SI)(BX*1)
	PREFETCHT0   AHEAD(DI)(BX*1)
	VMOVUPS.Z    (SI)(BX*1), K1, Z0
	VSUBPS       Z5, Z0, Z0
	EXP(Z0, Z1, Z2, Z3, Z4)
	VMOVUPS      Z0, K1, (DI)(BX*1)
	VMOVAPS.Z    Z0, K1, Z6

expBegin:
	XORL R11, R11
	JMP  expNext

exp:
	PREFETCHT0 AHEAD(SI)(R11*1)
	PREFETCHT0 AHEAD(DI)(R11*1)
	VMOVUPS    (SI)(R11*1), Z0
	VSUBPS     Z5, Z0, Z0
	EXP(Z0, Z1, Z2, Z3, Z4)
	VMOVUPS    Z0, (DI)(R11*1)
	VADDPS     Z0, Z6, Z6
	ADDQ       $64, R11

expNext:
	CMPQ   R11, BX
	JNE    exp
	ACROSS(VADDPS, Z6, Z1)
	VMOVSS X6, (R10)
	NEXTROW(expRow)
	TESTQ        R8, R8
	JZ           done
	VBROADCASTSS lossArgs_scale(AX), Z5
	VDIVPS       lossArgs_sums(AX), Z5, Z5
	VMOVUPS      Z5, factors-64(SP)
	ROWS
	LEAQ         factors-64(SP), R10

scaleRow:
	VBROADCASTSS (R10), Z5
	TESTQ        R12, R12
	JZ           scaleBegin
	VMULPS.Z     (DI)(BX*1), Z5, K1, Z0
	VMOVUPS      Z0, K1, (DI)(BX*1)

scaleBegin:
	XORL R11, R11
	JMP  scaleNext

scale:
	VMULPS  (DI)(R11*1), Z5, Z0
	VMOVUPS Z0, (DI)(R11*1)
	ADDQ    $64, R11

scaleNext:
	CMPQ R11, BX
	JNE  scale
	NEXTROW(scaleRow)

done:
	VZEROUPPER
	RET
