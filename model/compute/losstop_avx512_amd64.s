//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "across_amd64.h"

// The largest number of every row. Four rows at a time share the way across the lanes. Of a row that is not whole vectors the rest comes first,
// under a mask.
//
// AX args   SI x   DX row of x in bytes   BX whole vectors of a row in bytes   CX rows left   R9 the largest   R10, R13, R14 x of three more rows
// R11 cursor   R12, K1 the rest's elements   Z5, Z9 to Z11 of four rows   Z7 −∞   Z1, Z2 what ACROSS needs
//
// func lossTop512(a *lossArgs)
TEXT ·lossTop512(SB), NOSPLIT, $0-8
	MOVQ         a+0(FP), AX
	MOVQ         lossArgs_x(AX), SI
	MOVQ         lossArgs_row(AX), DX
	MOVQ         lossArgs_whole(AX), BX
	MOVQ         lossArgs_rows(AX), CX
	MOVQ         lossArgs_work(AX), R9
	MOVQ         lossArgs_last(AX), R12
	KMOVW        R12, K1
	VBROADCASTSS lossArgs_none(AX), Z7
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
	VMOVUPS X5, (R9)
	ADDQ    $16, R9
	LEAQ    (SI)(DX*4), SI
	SUBQ    $4, CX
	JGE     topFour

topFew:
	ADDQ $4, CX
	JZ   done

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
	ADDQ   DX, SI
	ADDQ   $4, R9
	DECQ   CX
	JNZ    topRow

done:
	VZEROUPPER
	RET
