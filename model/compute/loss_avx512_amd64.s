//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "exp_amd64.h"
#include "across_amd64.h"

// The softmax of a few rows: the largest of each, then their exponentials and sums. A row is multiplied by what comes of its sum a few rows later,
// so that it does not wait for itself. Of a row that is not whole vectors the rest comes first, under a mask.
//
// AX args   SI x   DI y   DX row of x in bytes   R8 of y   BX whole vectors of a row in bytes   R15 pairs of them   CX rows, left or all
// R9 what is found out   R11 cursor   R12, K1 the rest's elements   R10, R13, R14 x of three more rows; turns, turn, y of the row to be scaled
// Z0 to Z4, Z9 to Z13 arguments, results and what EXPCUT, EXPCUT2 and ACROSS need   Z5 top or factor   Z9 to Z11 of three more rows   Z6 sum
// Z7 −∞   Z8 scale

// Where no cache holds the rows, those of the next time are fetched while these are calculated with.
#define AHEAD 16384

// A row is scaled so many rows late, of which the code that finds it knows.
#define LATE 2

#define ROWS \
	MOVQ lossArgs_y(AX), DI;    \
	MOVQ lossArgs_x(AX), SI;    \
	MOVQ lossArgs_rows(AX), CX; \
	MOVQ lossArgs_of(AX), R9

// func loss512(a *lossArgs)
TEXT ·loss512(SB), NOSPLIT, $0-8
	MOVQ         a+0(FP), AX
	MOVQ         lossArgs_yRow(AX), R8
	MOVQ         lossArgs_row(AX), DX
	MOVQ         lossArgs_whole(AX), BX
	MOVQ         BX, R15
	ANDQ         $~127, R15
	MOVQ         lossArgs_last(AX), R12
	KMOVW        R12, K1
	VBROADCASTSS lossArgs_none(AX), Z7
	VBROADCASTSS lossArgs_scale(AX), Z8
	EXPCONSTANTS
	ROWS
	SUBQ         $4, CX
	JLT          topFew

topFour:
	LEAQ    (SI)(DX*1), R10
	LEAQ    (SI)(DX*2), R13
	LEAQ    (R10)(DX*2), R14
	VMOVAPS Z7, Z5
	VMOVAPS Z7, Z9
	VMOVAPS Z7, Z10
	VMOVAPS Z7, Z11
	TESTQ   R12, R12
	JZ      top4Begin
	VMOVUPS (SI)(BX*1), K1, Z5
	VMOVUPS (R10)(BX*1), K1, Z9
	VMOVUPS (R13)(BX*1), K1, Z10
	VMOVUPS (R14)(BX*1), K1, Z11

top4Begin:
	XORL R11, R11
	JMP  top4Next

top4:
	VMAXPS (SI)(R11*1), Z5, Z5
	VMAXPS (R10)(R11*1), Z9, Z9
	VMAXPS (R13)(R11*1), Z10, Z10
	VMAXPS (R14)(R11*1), Z11, Z11
	ADDQ   $64, R11

top4Next:
	CMPQ R11, BX
	JNE  top4
	ACROSS4(VMAXPS, Z5, Z9, Z10, Z11, Z1, Z2)
	VMOVUPS X5, lossOf_top(R9)
	ADDQ    $16, R9
	LEAQ    (SI)(DX*4), SI
	SUBQ    $4, CX
	JGE     topFour

topFew:
	ADDQ $4, CX
	JZ   toExp

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
	VMOVSS X5, lossOf_top(R9)
	ADDQ   DX, SI
	ADDQ   $4, R9
	DECQ   CX
	JNZ    topRow

toExp:
	ROWS
	LEAQ LATE(CX), R10
	XORL R13, R13

turn:
	CMPQ         R13, CX
	JGE          scaleRow
	VBROADCASTSS lossOf_top(R9), Z5
	VPXORD       Z6, Z6, Z6
	TESTQ        R12, R12
	JZ           expBegin
	PREFETCHT0   AHEAD(SI)(BX*1)
	PREFETCHT0   AHEAD(DI)(BX*1)
	VMOVUPS.Z    (SI)(BX*1), K1, Z0
	VSUBPS       Z5, Z0, Z0
	CUTLOW(Z0)
	EXPCUT(Z0, Z1, Z2, Z3, Z4)
	VMOVUPS      Z0, K1, (DI)(BX*1)
	VMOVAPS.Z    Z0, K1, Z6

expBegin:
	XORL R11, R11
	JMP  exp2Next

exp2:
	PREFETCHT0 AHEAD(SI)(R11*1)
	PREFETCHT0 AHEAD(DI)(R11*1)
	PREFETCHT0 AHEAD+64(SI)(R11*1)
	PREFETCHT0 AHEAD+64(DI)(R11*1)
	VMOVUPS    (SI)(R11*1), Z0
	VMOVUPS    64(SI)(R11*1), Z9
	VSUBPS     Z5, Z0, Z0
	VSUBPS     Z5, Z9, Z9
	CUTLOW(Z0)
	CUTLOW(Z9)
	EXPCUT2(Z0, Z1, Z2, Z3, Z4, Z9, Z10, Z11, Z12, Z13)
	VMOVUPS    Z0, (DI)(R11*1)
	VMOVUPS    Z9, 64(DI)(R11*1)
	VADDPS     Z0, Z6, Z6
	VADDPS     Z9, Z6, Z6
	ADDQ       $128, R11

exp2Next:
	CMPQ R11, R15
	JNE  exp2
	JMP  expNext

exp:
	PREFETCHT0 AHEAD(SI)(R11*1)
	PREFETCHT0 AHEAD(DI)(R11*1)
	VMOVUPS    (SI)(R11*1), Z0
	VSUBPS     Z5, Z0, Z0
	CUTLOW(Z0)
	EXPCUT(Z0, Z1, Z2, Z3, Z4)
	VMOVUPS    Z0, (DI)(R11*1)
	VADDPS     Z0, Z6, Z6
	ADDQ       $64, R11

expNext:
	CMPQ R11, BX
	JNE  exp
	ACROSS(VADDPS, Z6, Z1)
	VMOVSS X6, lossOf_sum(R9)
	ADDQ   DX, SI

scaleRow: // a few rows late
	CMPQ         R13, $LATE
	JLT          next
	TESTQ        R8, R8
	JZ           next
	VMOVSS       lossOf_sum-4*LATE(R9), X5
	VDIVSS       X5, X8, X5
	VBROADCASTSS X5, Z5
	MOVQ         DI, R14
	SUBQ         R8, R14
	SUBQ         R8, R14
	TESTQ        R12, R12
	JZ           scaleBegin
	VMULPS.Z     (R14)(BX*1), Z5, K1, Z0
	VMOVUPS      Z0, K1, (R14)(BX*1)

scaleBegin:
	XORL R11, R11
	JMP  scaleNext

scale:
	VMULPS  (R14)(R11*1), Z5, Z0
	VMOVUPS Z0, (R14)(R11*1)
	ADDQ    $64, R11

scaleNext:
	CMPQ R11, BX
	JNE  scale

next:
	ADDQ R8, DI
	ADDQ $4, R9
	INCQ R13
	CMPQ R13, R10
	JLT  turn
	VZEROUPPER
	RET
