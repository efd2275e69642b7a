#include "textflag.h"

// Multiply-adds with an addition beside each. They are twelve chains; an addition reads two numbers that stay, so that it waits for nothing.

#define FMA(R) VFMADD231PS R, R, R;

#define ADDZ       VADDPS Z30, Z31, Z16;
#define ADDFMAZ(R) ADDZ FMA(R)
#define TWELVEZ(I) I(Z0) I(Z1) I(Z2) I(Z3) I(Z4) I(Z5) I(Z6) I(Z7) I(Z8) I(Z9) I(Z10) I(Z11)

#define ADDY       VADDPS Y14, Y15, Y12;
#define ADDFMAY(R) ADDY FMA(R)
#define TWELVEY(I) I(Y0) I(Y1) I(Y2) I(Y3) I(Y4) I(Y5) I(Y6) I(Y7) I(Y8) I(Y9) I(Y10) I(Y11)

#define TURNS(TWELVE) \
	MOVQ n+0(FP), CX; \
	VZEROALL;         \
turn:                 \
	TWELVE            \
	DECQ CX;          \
	JNZ  turn;        \
	VZEROUPPER;       \
	RET

// func addFMA512(n int)
TEXT ·addFMA512(SB), NOSPLIT, $0-8
	VPXORD Z30, Z30, Z30
	VPXORD Z31, Z31, Z31
	TURNS(TWELVEZ(ADDFMAZ))

// func addFMA256(n int)
TEXT ·addFMA256(SB), NOSPLIT, $0-8
	TURNS(TWELVEY(ADDFMAY))
