//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "exp_amd64.h"

// The softmax of attention and its gradient, down sixteen columns. Of the rows the first are seen by all columns,
// those that come then by fewer and fewer, and the rest by none.
//
// AX args   SI x   R8 p   DX a row in bytes, R9 three rows   CX rows left   K1 the columns that see a row
// Z0 row, argument and result   Z1 to Z4 what EXP needs, other rows   Z5 top   Z6 sum, its inverse   Z7 scale
// Z8, Z9, Z10 other tops and sums

#define OPEN \
	MOVQ         a+0(FP), AX;            \
	MOVQ         columnArgs_x(AX), SI;   \
	MOVQ         columnArgs_row(AX), DX; \
	LEAQ         (DX)(DX*2), R9;         \
	VBROADCASTSS columnArgs_scale(AX), Z7

// EACH does what is given to each of CX rows of x.
#define EACH(do, next) \
	TESTQ CX, CX; \
	JZ    next;   \
do:

#define AGAIN(do, next) \
	ADDQ DX, SI; \
	DECQ CX;     \
	JNZ  do;     \
next:

// NONE sets the rows that no column sees to zero, and ends.
#define NONE \
	MOVQ   columnArgs_none(AX), CX; \
	VPXORD Z0, Z0, Z0;              \
	EACH(none, end)                 \
	VMOVUPS Z0, (SI);               \
	AGAIN(none, end)                \
	VZEROUPPER;                     \
	RET

// func softmax512(a *columnArgs)
TEXT ·softmax512(SB), NOSPLIT, $0-8
	OPEN
	EXPCONSTANTS
	VMOVUPS (SI), Z5
	VMOVAPS Z5, Z8
	VMOVAPS Z5, Z9
	VMOVAPS Z5, Z10
	MOVQ    columnArgs_all(AX), CX
	ADDQ    DX, SI
	DECQ    CX
	JZ      topPart

top: // all but the first row that all columns see are whole sixteens
	VMAXPS (SI), Z5, Z5
	VMAXPS (SI)(DX*1), Z8, Z8
	VMAXPS (SI)(DX*2), Z9, Z9
	VMAXPS (SI)(R9*1), Z10, Z10
	LEAQ   (SI)(DX*4), SI
	SUBQ   $4, CX
	JNZ    top
	VMAXPS Z8, Z5, Z5
	VMAXPS Z9, Z10, Z10
	VMAXPS Z10, Z5, Z5

topPart:
	MOVL  $0xFFFE, R10
	KMOVW R10, K1
	MOVQ  columnArgs_part(AX), CX
	EACH(topOne, exp)
	VMAXPS    (SI), Z5, K1, Z5
	KSHIFTLW  $1, K1, K1
	AGAIN(topOne, exp)
	VPXORD Z6, Z6, Z6
	MOVQ   columnArgs_x(AX), SI
	MOVQ   columnArgs_all(AX), CX
	EACH(expOne, expPart)
	VMOVUPS (SI), Z0
	VSUBPS  Z5, Z0, Z0
	VMULPS  Z7, Z0, Z0
	EXP(Z0, Z1, Z2, Z3, Z4)
	VMOVUPS Z0, (SI)
	VADDPS  Z0, Z6, Z6
	AGAIN(expOne, expPart)
	KMOVW R10, K1
	MOVQ  columnArgs_part(AX), CX
	EACH(expPartOne, scale)
	VMOVUPS   (SI), Z0
	VSUBPS    Z5, Z0, Z0
	VMULPS    Z7, Z0, Z0
	EXP(Z0, Z1, Z2, Z3, Z4)
	VMOVAPS.Z Z0, K1, Z0
	VMOVUPS   Z0, (SI)
	VADDPS    Z0, Z6, Z6
	KSHIFTLW  $1, K1, K1
	AGAIN(expPartOne, scale)
	VDIVPS Z6, Z31, Z6
	MOVQ   columnArgs_x(AX), SI
	MOVQ   columnArgs_all(AX), CX
	ADDQ   columnArgs_part(AX), CX
	EACH(scaleOne, rest)
	VMULPS  (SI), Z6, Z0
	VMOVUPS Z0, (SI)
	AGAIN(scaleOne, rest)
	NONE

// func softmaxBackward512(a *columnArgs)
TEXT ·softmaxBackward512(SB), NOSPLIT, $0-8
	OPEN
	MOVQ   columnArgs_p(AX), R8
	VPXORD Z6, Z6, Z6
	VPXORD Z8, Z8, Z8
	VPXORD Z9, Z9, Z9
	VPXORD Z10, Z10, Z10
	MOVQ   columnArgs_part(AX), CX
	SUBQ   $4, CX
	JLT    sumRest

sum:
	VMOVUPS     (SI), Z0
	VMOVUPS     (SI)(DX*1), Z1
	VMOVUPS     (SI)(DX*2), Z2
	VMOVUPS     (SI)(R9*1), Z3
	VFMADD231PS (R8), Z0, Z6
	VFMADD231PS (R8)(DX*1), Z1, Z8
	VFMADD231PS (R8)(DX*2), Z2, Z9
	VFMADD231PS (R8)(R9*1), Z3, Z10
	LEAQ        (SI)(DX*4), SI
	LEAQ        (R8)(DX*4), R8
	SUBQ        $4, CX
	JGE         sum

sumRest:
	ADDQ $4, CX
	EACH(sumOne, pull)
	VMOVUPS     (SI), Z0
	VFMADD231PS (R8), Z0, Z6
	ADDQ        DX, R8
	AGAIN(sumOne, pull)
	VADDPS Z8, Z6, Z6
	VADDPS Z9, Z10, Z10
	VADDPS Z10, Z6, Z6
	MOVQ   columnArgs_x(AX), SI
	MOVQ   columnArgs_p(AX), R8
	MOVQ   columnArgs_part(AX), CX
	EACH(pullOne, rest)
	VMOVUPS (SI), Z0
	VSUBPS  Z6, Z0, Z0
	VMULPS  (R8), Z0, Z0
	VMULPS  Z7, Z0, Z0
	VMOVUPS Z0, (SI)
	ADDQ    DX, R8
	AGAIN(pullOne, rest)
	NONE
