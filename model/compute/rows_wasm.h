// What assembly that goes along rows of whole vectors has in common.

// AT2 is AT, another way further.
#define AT2(P, D, E) AT(P, D) Get E; I32WrapI64; I32Add;

// VECTORS does something for every four of N vectors, and something else for each of those that are left over.
#define VECTORS(N, FOUR, ONE) \
	Block; Loop; Get N; I64Const $4; I64LtS; BrIf $1; FOUR NEXT(N, -4) Br $0; End; End; \
	Block; Loop; Get N; I64Eqz; BrIf $1; ONE NEXT(N, -1) Br $0; End; End;

// FOURSUMS leaves in V0 the sums of the lanes of V0 to V3. TURN makes T what it wants for that.
#define TURN(T)     V128Const $0x0b0a090803020100, $0x0f0e0d0c07060504; Set T;
#define FOURSUMS(T) HALVES(V0, V1) HALVES(V2, V3) EVENODD(V0, T) EVENODD(V2, T) HALVES(V0, V2)

// HALVES leaves in A the lower halves of A and B added to their upper ones. EVENODD puts even lanes before odd ones.
#define HALVES(A, B) \
	Get A; Get B; F64x2ExtractLane $0, $0; F64x2ReplaceLane $0, $1; \
	Get B; Get A; F64x2ExtractLane $0, $1; F64x2ReplaceLane $0, $0; \
	F32x4Add; Set A;
#define EVENODD(A, T) Get A; Get T; I8x16Swizzle; Set A;
