//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "exp_amd64.h"
#include "across_amd64.h"

// The softmax of a few rows: the largest of each, then their exponentials and sums, then what these are multiplied by, and then the labels, so
// that no row waits for itself. Of a row that is not whole vectors the rest comes first, under a mask. A label below zero is taken for zero.
//
// AX args   SI x   DI y   DX row of x in bytes   R8 of y   BX whole vectors of a row in bytes   CX rows left   R9 what is found out   R10 labels
// R11 cursor, label   R12, K1 the rest's elements   R13 zero   R14 factors
// Z0 argument and result   Z1, Z2, Z3, Z4 what EXP and ACROSS need   Z5 top or factor   Z6 sum   Z7 −∞   Z8 scale

// Where no cache holds the rows, those of the next time are fetched while these are calculated with.
#define AHEAD 8192

#define ROWS \
	MOVQ lossArgs_y(AX), DI;    \
	MOVQ lossArgs_x(AX), SI;    \
	MOVQ lossArgs_rows(AX), CX; \
	MOVQ lossArgs_of(AX), R9;   \
	MOVQ lossArgs_labels(AX), R10

#define NEXTROW(again) \
	ADDQ DX, SI;  \
	ADDQ R8, DI;  \
	ADDQ $4, R9;  \
	ADDQ $4, R10; \
	DECQ CX;      \
	JNZ  again

// LABEL sets R11 to the row's label.
#define LABEL \
	MOVLQSX (R10), R11; \
	TESTQ   R11, R11;   \
	CMOVQLT R13, R11

// func loss512(a *lossArgs)
TEXT ·loss512(SB), NOSPLIT, $64-8
	MOVQ         a+0(FP), AX
	MOVQ         lossArgs_yRow(AX), R8
	MOVQ         lossArgs_row(AX), DX
	MOVQ         lossArgs_whole(AX), BX
	MOVQ         lossArgs_last(AX), R12
	KMOVW        R12, K1
	XORL         R13, R13
	VBROADCASTSS lossArgs_none(AX), Z7
	VBROADCASTSS lossArgs_scale(AX), Z8
	EXPCONSTANTS
	ROWS

topRow:
	LABEL
	VMOVSS  (SI)(R11*4), X0
	VMOVSS  X0, lossOf_at(R9)
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
	VMOVSS X5, lossOf_top(R9)
	NEXTROW(topRow)
	ROWS

expRow:
	VBROADCASTSS lossOf_top(R9), Z5
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
	CMPQ R11, BX
	JNE  exp
	ACROSS(VADDPS, Z6, Z1)
	VMOVSS X6, lossOf_sum(R9)
	NEXTROW(expRow)
	TESTQ   R8, R8
	JZ      done
	ROWS
	VDIVPS  lossOf_sum(R9), Z8, Z5
	VMOVUPS Z5, factors-64(SP)
	LEAQ    factors-64(SP), R14

scaleRow:
	VBROADCASTSS (R14), Z5
	ADDQ         $4, R14
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
	ROWS

labelRow:
	LABEL
	VMOVSS (DI)(R11*4), X0
	VSUBSS X8, X0, X0
	VMOVSS X0, (DI)(R11*4)
	NEXTROW(labelRow)

done:
	VZEROUPPER
	RET
