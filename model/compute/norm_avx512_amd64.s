//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "across_amd64.h"

// RMSNorm, four rows at a time and then one: a row's result is the same. Four rows are scaled after the next four
// have been summed, so that they need not wait for their roots. Of a row that is not whole vectors the rest comes
// last, under a mask.
//
// SI x   DI y   R8 rstd   BX whole vectors of a row in bytes   R9, R10 one and three rows in bytes
// CX fours left, rows left
// R11 cursor of x   R13 of y   R14 of weight   R15 where the whole vectors of x or weight end
// R12, K1 the rest's elements
// Z0 to Z3 sums, inverse roots   Z16 to Z19 those of the four before   Z4 to Z7 elements   Z8 weight
// Z9, Z10 what ACROSS needs
// Z11 1/width   Z12 eps   Z13 one

// Where no cache holds the rows, those of some turns later are fetched.
#define AHEAD 8192

// SQUARES adds the squares of X to S.
#define SQUARES(X, V, S) VMOVUPS X, V; VFMADD231PS V, V, S
#define RESTSQUARES(X, V, S) VMOVUPS.Z X, K1, V; VFMADD231PS V, V, S

// ROOT sets V to 1/√(V/width + eps).
#define ROOT(V) \
	VFMADD213PS Z12, Z11, V; \
	VSQRTPS     V, V;        \
	VDIVPS      V, Z13, V

#define SCALE(X, BY, V, Y) VMULPS X, BY, V; VMULPS Z8, V, V; VMOVUPS V, Y
#define RESTSCALE(X, BY, V, Y) VMULPS.Z X, BY, K1, V; VMULPS Z8, V, V; VMOVUPS V, K1, Y

#define TOSUM \
	MOVQ SI, R11; \
	LEAQ (SI)(BX*1), R15

#define TOSCALE \
	MOVQ SI, R11;                \
	MOVQ DI, R13;                \
	MOVQ normArgs_weight(AX), R14; \
	LEAQ (R14)(BX*1), R15

// func norm512(a *normArgs)
TEXT ·norm512(SB), NOSPLIT, $0-8
	MOVQ         a+0(FP), AX
	MOVQ         normArgs_y(AX), DI
	MOVQ         normArgs_x(AX), SI
	MOVQ         normArgs_rstd(AX), R8
	MOVQ         normArgs_row(AX), R9
	LEAQ         (R9)(R9*2), R10
	MOVQ         normArgs_whole(AX), BX
	MOVQ         normArgs_last(AX), R12
	KMOVW        R12, K1
	VBROADCASTSS normArgs_share(AX), Z11
	VBROADCASTSS normArgs_eps(AX), Z12
	VBROADCASTSS normArgs_one(AX), Z13
	MOVQ         normArgs_rows(AX), CX
	SHRQ         $2, CX
	JZ           ones

sumFour:
	VPXORD Z0, Z0, Z0
	VPXORD Z1, Z1, Z1
	VPXORD Z2, Z2, Z2
	VPXORD Z3, Z3, Z3
	TOSUM
	JMP    sum4next

sum4:
	PREFETCHT0 AHEAD(R11)
	PREFETCHT0 AHEAD(R11)(R9*1)
	PREFETCHT0 AHEAD(R11)(R9*2)
	PREFETCHT0 AHEAD(R11)(R10*1)
	SQUARES((R11), Z4, Z0)
	SQUARES((R11)(R9*1), Z5, Z1)
	SQUARES((R11)(R9*2), Z6, Z2)
	SQUARES((R11)(R10*1), Z7, Z3)
	ADDQ $64, R11

sum4next:
	CMPQ  R11, R15
	JNE   sum4
	TESTQ R12, R12
	JZ    root4
	RESTSQUARES((R11), Z4, Z0)
	RESTSQUARES((R11)(R9*1), Z5, Z1)
	RESTSQUARES((R11)(R9*2), Z6, Z2)
	RESTSQUARES((R11)(R10*1), Z7, Z3)

root4:
	ACROSS4(VADDPS, Z0, Z1, Z2, Z3, Z9, Z10)
	ROOT(Z0)
	VMOVUPS X0, (R8)
	ADDQ    $16, R8
	CMPQ    SI, normArgs_x(AX)
	JEQ     scaled

scaleFour: // the four before SI
	TOSCALE
	SUBQ R9, R11
	SUBQ R10, R11
	JMP  scale4next

scale4:
	VMOVUPS (R14), Z8
	SCALE((R11), Z16, Z4, (R13))
	SCALE((R11)(R9*1), Z17, Z5, (R13)(R9*1))
	SCALE((R11)(R9*2), Z18, Z6, (R13)(R9*2))
	SCALE((R11)(R10*1), Z19, Z7, (R13)(R10*1))
	ADDQ    $64, R11
	ADDQ    $64, R13
	ADDQ    $64, R14

scale4next:
	CMPQ      R14, R15
	JNE       scale4
	TESTQ     R12, R12
	JZ        next4
	VMOVUPS.Z (R14), K1, Z8
	RESTSCALE((R11), Z16, Z4, (R13))
	RESTSCALE((R11)(R9*1), Z17, Z5, (R13)(R9*1))
	RESTSCALE((R11)(R9*2), Z18, Z6, (R13)(R9*2))
	RESTSCALE((R11)(R10*1), Z19, Z7, (R13)(R10*1))

next4:
	LEAQ  (DI)(R9*4), DI
	TESTQ CX, CX
	JZ    ones

scaled:
	VPERMILPS $0x00, Z0, Z16
	VPERMILPS $0x55, Z0, Z17
	VPERMILPS $0xAA, Z0, Z18
	VPERMILPS $0xFF, Z0, Z19
	LEAQ      (SI)(R9*4), SI
	DECQ      CX
	JNZ       sumFour
	JMP       scaleFour

ones:
	MOVQ normArgs_rows(AX), CX
	ANDQ $3, CX
	JZ   done

one:
	VPXORD Z0, Z0, Z0
	TOSUM
	JMP    sum1next

sum1:
	SQUARES((R11), Z4, Z0)
	ADDQ $64, R11

sum1next:
	CMPQ  R11, R15
	JNE   sum1
	TESTQ R12, R12
	JZ    root1
	RESTSQUARES((R11), Z4, Z0)

root1:
	ACROSS(VADDPS, Z0, Z9)
	ROOT(Z0)
	VMOVSS X0, (R8)
	TOSCALE
	JMP    scale1next

scale1:
	VMOVUPS (R14), Z8
	SCALE((R11), Z0, Z4, (R13))
	ADDQ    $64, R11
	ADDQ    $64, R13
	ADDQ    $64, R14

scale1next:
	CMPQ      R14, R15
	JNE       scale1
	TESTQ     R12, R12
	JZ        next1
	VMOVUPS.Z (R14), K1, Z8
	RESTSCALE((R11), Z0, Z4, (R13))

next1:
	ADDQ R9, SI
	ADDQ R9, DI
	ADDQ $4, R8
	DECQ CX
	JNZ  one

done:
	VZEROUPPER
	RET
