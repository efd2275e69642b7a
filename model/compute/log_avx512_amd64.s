//go:build goexperiment.simd

#include "textflag.h"
#include "go_asm.h"

// The logarithm is e·ln 2 + ln m with m from √½ to √2, and a polynomial for ln(1 + r), r = m − 1: r − r²/2 + r³·p(r). ln 2 is added in two
// parts so that nothing is lost. The largest error is about 1 unit in the last place. Not-a-number stays so.
//
// AX args   DI y   SI x   CX whole vectors left   DX the rest's elements   K1 elements of the vector   K2 those with m above √2
// Z0 r   Z1 e   Z2 polynomial   Z3 r²   Z4 m   Z16 √2   Z17 ½   Z18, Z19 ln 2 in two parts   Z20 to Z28 the polynomial   Z29 one

#define CONSTANT(I, V) VBROADCASTSS ·logTable+(4*I)(SB), V

// func addLog512(a *logArgs)
TEXT ·addLog512(SB), NOSPLIT, $0-8
	MOVQ   a+0(FP), AX
	MOVQ   logArgs_y(AX), DI
	MOVQ   logArgs_x(AX), SI
	MOVQ   logArgs_whole(AX), CX
	MOVQ   logArgs_last(AX), DX
	KXNORW K1, K1, K1
	CONSTANT(0, Z16)
	CONSTANT(1, Z17)
	CONSTANT(2, Z18)
	CONSTANT(3, Z19)
	CONSTANT(4, Z20)
	CONSTANT(5, Z21)
	CONSTANT(6, Z22)
	CONSTANT(7, Z23)
	CONSTANT(8, Z24)
	CONSTANT(9, Z25)
	CONSTANT(10, Z26)
	CONSTANT(11, Z27)
	CONSTANT(12, Z28)
	CONSTANT(13, Z29)

vector:
	SUBQ  $64, CX
	JGE   all
	TESTQ DX, DX
	JZ    done
	KMOVW DX, K1

all:
	VMOVUPS.Z    (SI), K1, Z0
	VGETEXPPS    Z0, Z1
	VGETMANTPS   $0, Z0, Z4
	VCMPPS       $14, Z16, Z4, K2
	VMULPS       Z17, Z4, K2, Z4
	VADDPS       Z29, Z1, K2, Z1
	VSUBPS       Z29, Z4, Z0
	VMOVAPS      Z20, Z2
	VFMADD213PS  Z21, Z0, Z2
	VFMADD213PS  Z22, Z0, Z2
	VFMADD213PS  Z23, Z0, Z2
	VFMADD213PS  Z24, Z0, Z2
	VFMADD213PS  Z25, Z0, Z2
	VFMADD213PS  Z26, Z0, Z2
	VFMADD213PS  Z27, Z0, Z2
	VFMADD213PS  Z28, Z0, Z2
	VMULPS       Z0, Z0, Z3
	VMULPS       Z0, Z2, Z2
	VMULPS       Z19, Z1, Z4
	VFMADD231PS  Z3, Z2, Z4
	VFNMADD231PS Z17, Z3, Z4
	VADDPS       Z4, Z0, Z0
	VFMADD231PS  Z18, Z1, Z0
	VMOVUPS.Z    (DI), K1, Z4
	VADDPS       Z4, Z0, Z0
	VMOVUPS      Z0, K1, (DI)
	ADDQ         $64, SI
	ADDQ         $64, DI
	TESTQ        CX, CX
	JGE          vector

done:
	VZEROUPPER
	RET
