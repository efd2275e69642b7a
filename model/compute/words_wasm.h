// The words that all assembly for WebAssembly is written in. R0 holds the arguments. Registers have 64 bits,
// addresses 32.

// TO is a register as an address, AT that of what lies so far from it.
#define TO(P)    Get P; I32WrapI64;
#define AT(P, D) TO(P) Get D; I32WrapI64; I32Add;

// LOAD and STORE are of vectors.
#define LOAD(P, OFF)     TO(P) V128Load $OFF;
#define STORE(P, OFF, V) TO(P) Get V; V128Store $0, $OFF;

// OF is a field of the arguments; ARG, VEC and ALL put one into a register, a vector, and every lane of a vector.
#define OF(FIELD)     TO(R0) I64Load $FIELD;
#define ARG(FIELD, R) OF(FIELD) Set R;
#define VEC(FIELD, V) LOAD(R0, FIELD) Set V;
#define ALL(FIELD, V) TO(R0) F32Load $FIELD; F32x4Splat; Set V;

#define COPY(R, T)     Get R; Set T;
#define SUM(R, S, T)   Get R; Get S; I64Add; Set T;
#define NEXT(P, N)     Get P; I64Const $N; I64Add; Set P;
#define STEP(P, FIELD) Get P; OF(FIELD) I64Add; Set P;

// REPEAT goes back to the beginning of a loop, N times in all.
#define REPEAT(N) Get N; I64Const $1; I64Sub; Tee N; I64Const $0; I64Ne; BrIf $0;
