#include "textflag.h"

// One chain: its next value needs the one before, and no other's.
#define FMA(R) VFMADD231PS R, R, R;

// func fma512(n int)
TEXT ·fma512(SB), NOSPLIT, $0-8
	MOVQ n+0(FP), CX
	VZEROALL

pass:
	FMA(Z0) FMA(Z1) FMA(Z2) FMA(Z3) FMA(Z4) FMA(Z5) FMA(Z6) FMA(Z7)
	FMA(Z8) FMA(Z9) FMA(Z10) FMA(Z11) FMA(Z12) FMA(Z13) FMA(Z14) FMA(Z15)
	DECQ CX
	JNZ  pass
	VZEROUPPER
	RET

// func fma256(n int)
TEXT ·fma256(SB), NOSPLIT, $0-8
	MOVQ n+0(FP), CX
	VZEROALL

pass:
	FMA(Y0) FMA(Y1) FMA(Y2) FMA(Y3) FMA(Y4) FMA(Y5)
	FMA(Y6) FMA(Y7) FMA(Y8) FMA(Y9) FMA(Y10) FMA(Y11)
	DECQ CX
	JNZ  pass
	VZEROUPPER
	RET
