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

// CUT cuts V to the range, CUTLOW where it is known not to be above 0.
#define CUTLOW(V) VMAXPS V, Z20, V
#define CUT(V)    CUTLOW(V); VMINPS V, Z21, V

// EXPCUT sets V, which has been cut, to e^V.
#define EXPCUT(V, N, P, Q, R) \
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

// EXPCUT2 is EXPCUT of two vectors side by side: each is a chain of steps that wait for each other.
#define EXPCUT2(V, N, P, Q, R, V1, N1, P1, Q1, R1) \
	VMULPS      Z22, V, N;    \
	VMULPS      Z22, V1, N1;  \
	VRNDSCALEPS $8, N, N;     \
	VRNDSCALEPS $8, N1, N1;   \
	VFMADD231PS Z23, N, V;    \
	VFMADD231PS Z23, N1, V1;  \
	VFMADD231PS Z24, N, V;    \
	VFMADD231PS Z24, N1, V1;  \
	VMOVAPS     Z25, P;       \
	VMOVAPS     Z25, P1;      \
	VMOVAPS     Z27, Q;       \
	VMOVAPS     Z27, Q1;      \
	VFMADD213PS Z26, V, P;    \
	VFMADD213PS Z26, V1, P1;  \
	VFMADD213PS Z28, V, Q;    \
	VFMADD213PS Z28, V1, Q1;  \
	VMULPS      V, V, R;      \
	VMULPS      V1, V1, R1;   \
	VFMADD213PS Q, R, P;      \
	VFMADD213PS Q1, R1, P1;   \
	VMOVAPS     Z29, Q;       \
	VMOVAPS     Z29, Q1;      \
	VFMADD213PS Z30, V, Q;    \
	VFMADD213PS Z30, V1, Q1;  \
	VADDPS      Z31, V, V;    \
	VADDPS      Z31, V1, V1;  \
	VFMADD213PS Q, R, P;      \
	VFMADD213PS Q1, R1, P1;   \
	VFMADD213PS V, R, P;      \
	VFMADD213PS V1, R1, P1;   \
	VSCALEFPS   N, P, V;      \
	VSCALEFPS   N1, P1, V1

// EXP sets V to e^V.
#define EXP(V, N, P, Q, R) CUT(V); EXPCUT(V, N, P, Q, R)
