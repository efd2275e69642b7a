//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "exp_amd64.h"
#include "across_amd64.h"

// The softmax of rows whose largest numbers are known, and what the loss needs of it: four rows at a time their exponentials and sums; and when
// those of the next four are there, the four before are multiplied by what comes of their sums, so that nothing waits for a row's end. Of a row
// that is not whole vectors the rest comes first, under a mask.
//
// AX args   SI x   DI y   DX row of x in bytes   R8 of y   BX whole vectors of a row in bytes   CX rows left   R9 the largest
// R10 labels   R11 cursor, or a label   R12, K1 the rest's elements   R13 row among four   R14 y of the row to be scaled   R15 sums, and factors behind them
// Z0 to Z4, Z7 to Z13, Z16 to Z19, Z30 arguments, results and what exponentials and ACROSS4 need   Z5 top or factor   Z6 sum   X8 scale
// Z14 products of the sums   X15 sum of what is at the labels, less the largest   K2 rows there are among four   K3 those without a label

// Where no cache holds the rows, those of the next time are fetched while these are calculated with.
#define AHEAD 8192

#define LESSTOP(V) VSUBPS Z5, V, V; CUTLOW(V)

// func loss512(a *lossArgs)
TEXT ·loss512(SB), NOSPLIT, $0-8
	MOVQ         a+0(FP), AX
	MOVQ         lossArgs_yRow(AX), R8
	MOVQ         lossArgs_row(AX), DX
	MOVQ         lossArgs_whole(AX), BX
	MOVQ         lossArgs_last(AX), R12
	KMOVW        R12, K1
	EXPCONSTANTS
	MOVQ         lossArgs_y(AX), DI
	MOVQ         lossArgs_x(AX), SI
	MOVQ         lossArgs_rows(AX), CX
	MOVQ         lossArgs_work(AX), R9
	LEAQ         (4*const_lossSums)(R9), R15
	MOVQ         lossArgs_labels(AX), R10
	VCVTPS2PD    Y31, Z14
	VPXORD       Z15, Z15, Z15

four:
	CMPQ CX, $0
	JLE  sums
	MOVQ DI, lossArgs_y(AX)
	XORL R13, R13

turn:
	VBROADCASTSS (R9)(R13*4), Z5
	MOVLQSX      (R10)(R13*4), R11
	TESTQ        R11, R11
	JLT          unlabelled
	CMPQ         R11, lossArgs_cols(AX)
	JGE          bad
	VMOVSS       (SI)(R11*4), X0
	VSUBSS       X5, X0, X0
	VCVTSS2SD    X0, X0, X0
	VADDSD       X0, X15, X15

labelled:
	VPXORD       Z6, Z6, Z6
	TESTQ        R12, R12
	JZ           expBegin
	PREFETCHT0   AHEAD(SI)(BX*1)
	PREFETCHT0   AHEAD(DI)(BX*1)
	VMOVUPS.Z    (SI)(BX*1), K1, Z0
	LESSTOP(Z0)
	EXPCUT(Z0, Z1, Z2, Z3, Z4)
	VMOVUPS      Z0, K1, (DI)(BX*1)
	VMOVAPS.Z    Z0, K1, Z6

expBegin:
	XORL R11, R11
	JMP  exp4Next

exp4:
	PREFETCHT0 AHEAD(SI)(R11*1)
	PREFETCHT0 AHEAD(DI)(R11*1)
	PREFETCHT0 AHEAD+64(SI)(R11*1)
	PREFETCHT0 AHEAD+64(DI)(R11*1)
	PREFETCHT0 AHEAD+128(SI)(R11*1)
	PREFETCHT0 AHEAD+128(DI)(R11*1)
	PREFETCHT0 AHEAD+192(SI)(R11*1)
	PREFETCHT0 AHEAD+192(DI)(R11*1)
	VMOVUPS    (SI)(R11*1), Z0
	VMOVUPS    64(SI)(R11*1), Z4
	VMOVUPS    128(SI)(R11*1), Z12
	VMOVUPS    192(SI)(R11*1), Z18
	LESSTOP(Z0)
	LESSTOP(Z4)
	LESSTOP(Z12)
	LESSTOP(Z18)
	EXPCUT4(Z8, Z0, Z1, Z2, Z3, Z4, Z9, Z10, Z11, Z12, Z13, Z16, Z17, Z18, Z19, Z30, Z7)
	VADDPS     Z0, Z6, Z6
	VADDPS     Z4, Z6, Z6
	VADDPS     Z12, Z6, Z6
	VADDPS     Z18, Z6, Z6
	VMOVUPS    Z0, (DI)(R11*1)
	VMOVUPS    Z4, 64(DI)(R11*1)
	VMOVUPS    Z12, 128(DI)(R11*1)
	VMOVUPS    Z18, 192(DI)(R11*1)
	ADDQ       $256, R11

exp4Next:
	CMPQ R11, lossArgs_fours(AX)
	JNE  exp4
	JMP  exp2Next

exp2:
	PREFETCHT0 AHEAD(SI)(R11*1)
	PREFETCHT0 AHEAD(DI)(R11*1)
	PREFETCHT0 AHEAD+64(SI)(R11*1)
	PREFETCHT0 AHEAD+64(DI)(R11*1)
	VMOVUPS    (SI)(R11*1), Z0
	VMOVUPS    64(SI)(R11*1), Z9
	LESSTOP(Z0)
	LESSTOP(Z9)
	EXPCUT2(Z0, Z1, Z2, Z3, Z4, Z9, Z10, Z11, Z12, Z13)
	VMOVUPS    Z0, (DI)(R11*1)
	VMOVUPS    Z9, 64(DI)(R11*1)
	VADDPS     Z0, Z6, Z6
	VADDPS     Z9, Z6, Z6
	ADDQ       $128, R11

exp2Next:
	CMPQ R11, lossArgs_pairs(AX)
	JNE  exp2
	JMP  expNext

exp:
	PREFETCHT0 AHEAD(SI)(R11*1)
	PREFETCHT0 AHEAD(DI)(R11*1)
	VMOVUPS    (SI)(R11*1), Z0
	LESSTOP(Z0)
	EXPCUT(Z0, Z1, Z2, Z3, Z4)
	VMOVUPS    Z0, (DI)(R11*1)
	VADDPS     Z0, Z6, Z6
	ADDQ       $64, R11

expNext:
	CMPQ R11, BX
	JNE  exp
	MOVQ    R13, R11
	SHLQ    $6, R11
	ADDQ    lossArgs_half(AX), R11
	VMOVUPS Z6, (R15)(R11*1)
	ADDQ    DX, SI
	ADDQ    R8, DI
	INCQ    R13
	CMPQ    R13, CX
	JGE     sums
	CMPQ    R13, $4
	JNE     turn

sums: // of the four before; in lane i that of row i; a row that is not there has no label
	MOVQ       lossArgs_before(AX), R13
	TESTQ      R13, R13
	JZ         next
	MOVQ       lossArgs_half(AX), R11
	XORQ       $256, R11
	VMOVUPS    (R15)(R11*1), Z0
	VMOVUPS    64(R15)(R11*1), Z1
	VMOVUPS    128(R15)(R11*1), Z2
	VMOVUPS    192(R15)(R11*1), Z3
	ACROSS4(VADDPS, Z0, Z1, Z2, Z3, Z9, Z10)
	VBROADCASTSS lossArgs_scale(AX), X8
	VDIVPS     X0, X8, X9
	VMOVUPS    X9, (4*(const_lossFactor-const_lossSums))(R15)
	MOVQ       CX, R14
	MOVQ       R13, CX
	MOVL       $1, R11
	SHLL       CX, R11
	DECL       R11
	KMOVW      R11, K2
	MOVQ       R14, CX
	VPTERNLOGD $0xff, Z1, Z1, Z1
	VPXORD     Z2, Z2, Z2
	VMOVDQU32  -16(R10), K2, Z1
	VPCMPD     $1, Z2, Z1, K3
	VMOVAPS    Z31, K3, Z0
	VCVTPS2PD  Y0, Z0
	VMULPD     Z0, Z14, Z14
	TESTQ      R8, R8
	JZ         next
	MOVQ       lossArgs_yBefore(AX), R14
	XORL       R13, R13

scaleRow:
	VBROADCASTSS (4*(const_lossFactor-const_lossSums))(R15)(R13*4), Z5
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
	CMPQ    R11, BX
	JNE     scale
	MOVLQSX -16(R10)(R13*4), R11
	TESTQ   R11, R11
	JLT     scaled
	VMOVSS  (R14)(R11*4), X0
	VSUBSS  X8, X0, X0
	VMOVSS  X0, (R14)(R11*4)

scaled:
	ADDQ R8, R14
	INCQ R13
	CMPQ R13, lossArgs_before(AX)
	JNE  scaleRow

next:
	MOVQ          lossArgs_y(AX), R11
	MOVQ          R11, lossArgs_yBefore(AX)
	XORQ          $256, lossArgs_half(AX)
	MOVL          $4, R13
	CMPQ          CX, R13
	CMOVQLT       CX, R13
	MOVQ          R13, lossArgs_before(AX)
	ADDQ          $16, R9
	ADDQ          $16, R10
	SUBQ          $4, CX
	TESTQ         R13, R13
	JGT           four
	VEXTRACTF128  $1, Y14, X0
	VMULPD        X0, X14, X0
	VPERMILPD     $1, X0, X1
	VMULSD        X1, X0, X0
	VMOVSD        X0, lossArgs_product(AX)
	VMOVSD        X15, lossArgs_at(AX)
	VZEROUPPER
	RET

unlabelled:
	MOVQ $1, lossArgs_unlabelled(AX)
	JMP  labelled

bad:
	MOVQ $1, lossArgs_bad(AX)
	VZEROUPPER
	RET
