//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"
#include "across_amd64.h"

// The norm of a head with the rotation after it, and its gradient, sixteen tokens at a time: a row is a channel, a lane a token.
//
// AX args   R11 where the tokens lie in a row   CX channels left   DX, BX a row of x and of y (dx) in bytes   R15 a row of angles
// SI, DI first and second half of y (dx)   R12, R13 of x   R8, R9 cosines and sines   R10 gains, R14 bytes of half of them
// Z0 sum   Z1 inv   Z2 1/width   Z3 eps   Z4 one   Z5, Z6 first and second half   Z7, Z8 cosine and sine   Z9 scratch

#define WIDTHS \
	MOVQ         a+0(FP), AX;            \
	MOVQ         headArgs_xRow(AX), DX;  \
	MOVQ         headArgs_yRow(AX), BX;  \
	VBROADCASTSS headArgs_share(AX), Z2; \
	XORL         R11, R11

#define X \
	MOVQ headArgs_x(AX), R12;    \
	ADDQ R11, R12;               \
	MOVQ headArgs_gain(AX), R10; \
	MOVQ headArgs_channels(AX), CX

#define Y \
	MOVQ headArgs_y(AX), SI; \
	ADDQ R11, SI

#define NEXTTOKENS(again) \
	ADDQ $64, R11;                 \
	CMPQ R11, headArgs_tokens(AX); \
	JNE  again;                    \
	VZEROUPPER;                    \
	RET

// func headNorm512(a *headArgs)
TEXT ·headNorm512(SB), NOSPLIT, $0-8
	WIDTHS
	MOVQ         headArgs_angleRow(AX), R15
	VBROADCASTSS headArgs_eps(AX), Z3
	VBROADCASTSS headArgs_one(AX), Z4

tokens:
	X
	VPXORD Z0, Z0, Z0

square:
	VMOVUPS     (R12), Z5
	VFMADD231PS Z5, Z5, Z0
	ADDQ        DX, R12
	DECQ        CX
	JNZ         square
	VFMADD213PS Z3, Z2, Z0
	VSQRTPS     Z0, Z0
	VDIVPS      Z0, Z4, Z1
	MOVQ        headArgs_inv(AX), R8
	VMOVUPS     Z1, (R8)(R11*1)
	X
	Y
	SHRQ        $1, CX
	JZ          next
	LEAQ        (CX*4), R14
	MOVQ        CX, R13
	IMULQ       DX, R13
	ADDQ        R12, R13
	MOVQ        CX, DI
	IMULQ       BX, DI
	ADDQ        SI, DI
	MOVQ        headArgs_cos(AX), R8
	ADDQ        R11, R8
	MOVQ        headArgs_sin(AX), R9
	ADDQ        R11, R9

turn:
	VMULPS      (R12), Z1, Z5
	VMULPS      (R13), Z1, Z6
	VMULPS.BCST (R10), Z5, Z5
	VMULPS.BCST (R10)(R14*1), Z6, Z6
	VMOVUPS     (R8), Z7
	VMOVUPS     (R9), Z8
	VMULPS      Z8, Z6, Z9
	VFMSUB231PS Z7, Z5, Z9
	VMULPS      Z8, Z5, Z5
	VFMADD231PS Z7, Z6, Z5
	VMOVUPS     Z9, (SI)
	VMOVUPS     Z5, (DI)
	ADDQ        DX, R12
	ADDQ        DX, R13
	ADDQ        BX, SI
	ADDQ        BX, DI
	ADDQ        R15, R8
	ADDQ        R15, R9
	ADDQ        $4, R10
	DECQ        CX
	JNZ         turn

next:
	NEXTTOKENS(tokens)

// The rotation back of a channel of either half, and what of the gradient of their gains these are.
//
// SI, DI the two of dy   R12, R13 of dx   R8, R9 of x   R10 inv   DX, BX cosines and sines   CX where tokens end
// Z10, Z11 gradients of the gains
//
// func turnBack512(a *turnArgs)
TEXT ·turnBack512(SB), NOSPLIT, $0-8
	MOVQ   a+0(FP), AX
	MOVQ   turnArgs_dy0(AX), SI
	MOVQ   turnArgs_dy1(AX), DI
	MOVQ   turnArgs_dx0(AX), R12
	MOVQ   turnArgs_dx1(AX), R13
	MOVQ   turnArgs_x0(AX), R8
	MOVQ   turnArgs_x1(AX), R9
	MOVQ   turnArgs_inv(AX), R10
	MOVQ   turnArgs_cos(AX), DX
	MOVQ   turnArgs_sin(AX), BX
	MOVQ   turnArgs_tokens(AX), CX
	VPXORD Z10, Z10, Z10
	VPXORD Z11, Z11, Z11
	XORL   R11, R11

back:
	VMOVUPS     (SI)(R11*1), Z5
	VMOVUPS     (DI)(R11*1), Z6
	VMOVUPS     (DX)(R11*1), Z7
	VMOVUPS     (BX)(R11*1), Z8
	VMULPS      Z8, Z6, Z9
	VFMADD231PS Z7, Z5, Z9
	VMULPS      Z8, Z5, Z5
	VFMSUB231PS Z7, Z6, Z5
	VMOVUPS     Z9, (R12)(R11*1)
	VMOVUPS     Z5, (R13)(R11*1)
	VMOVUPS     (R10)(R11*1), Z1
	VMULPS      Z1, Z9, Z9
	VMULPS      Z1, Z5, Z5
	VFMADD231PS (R8)(R11*1), Z9, Z10
	VFMADD231PS (R9)(R11*1), Z5, Z11
	ADDQ        $64, R11
	CMPQ        R11, CX
	JNE         back
	ACROSS(VADDPS, Z10, Z9)
	ACROSS(VADDPS, Z11, Z9)
	VMOVSS      X10, turnArgs_dgain0(AX)
	VMOVSS      X11, turnArgs_dgain1(AX)
	VZEROUPPER
	RET

// dx = inv·(γ·dx − x·inv²·mean(γ·dx·x))
//
// func headNormBackward512(a *headArgs)
TEXT ·headNormBackward512(SB), NOSPLIT, $0-8
	WIDTHS

tokens:
	X
	Y
	VPXORD Z0, Z0, Z0

dot:
	VMOVUPS     (SI), Z5
	VMULPS.BCST (R10), Z5, Z5
	VFMADD231PS (R12), Z5, Z0
	ADDQ        DX, R12
	ADDQ        BX, SI
	ADDQ        $4, R10
	DECQ        CX
	JNZ         dot
	MOVQ        headArgs_inv(AX), R8
	VMOVUPS     (R8)(R11*1), Z1
	VMULPS      Z2, Z0, Z0
	VMULPS      Z1, Z0, Z0
	VMULPS      Z1, Z0, Z0
	X
	Y

pull:
	VMOVUPS     (SI), Z5
	VMULPS.BCST (R10), Z5, Z5
	VMULPS      (R12), Z0, Z6
	VSUBPS      Z6, Z5, Z5
	VMULPS      Z1, Z5, Z5
	VMOVUPS     Z5, (SI)
	ADDQ        DX, R12
	ADDQ        BX, SI
	ADDQ        $4, R10
	DECQ        CX
	JNZ         pull
	NEXTTOKENS(tokens)
