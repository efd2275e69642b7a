// The exponential of a vector, as expRun of exp_vector.go has it: to its range, then 2^n·e^r with n = round(x/ln 2). Not-a-number goes through
// all of it, because the largest and the smallest take their second operand where one is none.
//
// Z20 smallest argument   Z21 largest   Z22 1/ln 2   Z23, Z24 -ln 2 in two parts   Z25 to Z30 the polynomial   Z31 one

#define EXPCONSTANTS \
	VBROADCASTSS ·expTable+0(SB), Z20;  \
	VBROADCASTSS ·expTable+4(SB), Z21;  \
	VBROADCASTSS ·expTable+8(SB), Z22;  \
	VBROADCASTSS ·expTable+12(SB), Z23; \
	VBROADCASTSS ·expTable+16(SB), Z24; \
	VBROADCASTSS ·expTable+20(SB), Z25; \
	VBROADCASTSS ·expTable+24(SB), Z26; \
	VBROADCASTSS ·expTable+28(SB), Z27; \
	VBROADCASTSS ·expTable+32(SB), Z28; \
	VBROADCASTSS ·expTable+36(SB), Z29; \
	VBROADCASTSS ·expTable+40(SB), Z30; \
	VBROADCASTSS ·expTable+44(SB), Z31

// EXP sets V to e^V.
#define EXP(V, N, P, Q, R) \
	VMAXPS      V, Z20, V; \
	VMINPS      V, Z21, V; \
	VMULPS      Z22, V, N; \
	VRNDSCALEPS $8, N, N;  \
	VFMADD231PS Z23, N, V; \
	VFMADD231PS Z24, N, V; \
	VMOVAPS     Z25, P;    \
	VMOVAPS     Z27, Q;    \
	VFMADD213PS Z26, V, P; \
	VFMADD213PS Z28, V, Q; \
	VMULPS      V, V, R;   \
	VFMADD213PS Q, R, P;   \
	VMOVAPS     Z29, Q;    \
	VFMADD213PS Z30, V, Q; \
	VADDPS      Z31, V, V; \
	VFMADD213PS Q, R, P;   \
	VFMADD213PS V, R, P;   \
	VSCALEFPS   N, P, V
