// Products of bf16 on the tensor cores, with float32 sums. A block makes 128 x width with width threads, a warp 64 x 64
// in steps of 16 of k. Operands come through a ring of STAGES parts of shared memory, 64 of k each, filled by
// asynchronous copies: while one part is multiplied the next two are on their way.
//
// In shared memory an operand is panels of 64 lines of 128 bytes. Where its k are neighbours in memory (deep) a line is
// a row of the operand, else a line is one k and a panel 64 columns; ldmatrix turns the latter around. The piece of 16
// bytes at place i of line l lies at i ^ l % 8: so the eight lines of a matrix that ldmatrix reads, and the eight
// pieces of a line that a copy writes, never share a bank.
enum { HEIGHT = 128, DEPTH = 64, STAGES = 3, LINE = 2 * DEPTH, PANEL = 64 * LINE };

// Side brings stages of one operand to shared memory: of size rows of it (of b: of columns of dst), 64 of k. A thread
// copies one piece of every apart-th line, a pass each. Rows that are not there are copies of the last one, and what
// is made of them is not written; k that are not there are zeros.
template <bool deep, bool weight, int size, int threads> struct Side {
	static const int panels = size / 64, passes = size * 8 / threads, apart = threads / 8 / (deep ? 1 : panels);
	const bf16 *from;
	wide jump;
	int ld, to, line, piece, last, split;
	int bytes, left; // of the stage that is on its way

	// The operand's matrix of a group; first is where this block begins in it, rest how many there are from there on.
	__device__ Side(const bf16 *matrix, int ld, int first, int rest, int split, wide jump) : jump(jump), ld(ld) {
		const int t = threadIdx.x, panel = deep ? 0 : t / 8 % panels;
		piece = t % 8, line = t / 8 / (deep ? 1 : panels);
		to = panel * PANEL + line * LINE + (piece ^ line % 8) * 16;
		last = rest - 1;
		const int col = first + min(panel * 64 + piece * 8, last / 8 * 8);
		from = matrix + (deep ? (wide)first * ld + piece * 8 : (wide)line * ld + col);
		this->split = deep ? split - first : split;
	}
	// The next stage, of which so many k are there.
	__device__ void next(int k) { left = k, bytes = deep ? min(max(2 * left - 16 * piece, 0), 16) : 16; }
	__device__ void pass(int i, Shared stage) {
		const int row = deep ? min(line + i * apart, last) : line + i * apart;
		const bf16 *p = from + (unsigned)((deep ? row : i * apart) * ld); // 32 bits, for which there are registers
		if (weight && row >= split) p += jump;
		copy16(stage + (to + i * apart * LINE), p, deep || row < left ? bytes : 0);
	}
	__device__ void over() {
		from += deep ? DEPTH : DEPTH * (wide)ld;
		if (!deep) split -= DEPTH;
	}
};

// Where a lane points for ldmatrix: panels are a warp's own, 16 rows of an operand and 16 of k at a time. The four
// matrices of a (row, k) are in the order that mma has them: of a (0, 0) (8, 0) (0, 8) (8, 8), of b (0, 0) (0, 8) (8,
// 0) (8, 8).
template <bool deep, bool right> __device__ int lane_of(int panel) {
	const int lane = threadIdx.x % 32;
	const int line = deep != right ? lane % 16 : lane / 16 * 8 + lane % 8;
	const int piece = deep != right ? lane / 16 : lane / 8 % 2;
	return panel * PANEL + line * LINE + (piece ^ line % 8) * 16;
}
template <bool deep> __device__ void fragment(unsigned *r, Shared stage, int lane, int rows, int k) {
	if (deep) ldmatrix(r, stage + ((lane ^ 2 * k) + rows * LINE));
	else ldmatrix_trans(r, stage + ((lane ^ 2 * rows) + k * LINE));
}

template <int form, int width> __device__ void product_bf16(const Product &p) {
	LAUNCH_SHARED(shared);
	const Tile tile = tile_of<form>(p, HEIGHT, width);
	if (tile.row >= tile.m) return;
	const int whole = (HEIGHT + width) * LINE; // bytes of a stage: a's panels, then b's
	const int warp = __shfl_sync(~0u, threadIdx.x / 32, 0), wr = warp / (width / 64), wc = warp % (width / 64);
	const int height = min((int)HEIGHT, tile.m - tile.row);
	const bool busy = wr * 64 < height && tile.col + wc * 64 < p.n; // so is a warp, as the shuffle tells the compiler

	typedef Side<form != TN, false, HEIGHT, width> Left;
	typedef Side<form == NT, form != TN, width, width> Right;
	Left left(left_of<form, bf16>(p, tile), p.lda, tile.row, tile.m - tile.row, 0, 0);
	Right right(right_of<form, bf16>(p, tile), p.ldb, tile.col, p.n - tile.col, p.split, p.jump);
	const Shared ring = shared_at(shared);
	int rest = tile.k, fill = 0, use = 0; // of k, not yet asked for; the parts to fill and to use next
	// A stage is asked for in twelve steps, between the products of three quarters of another.
	auto ask = [&](int step) {
		const int passes = Left::passes + Right::passes;
		if (step == 0) left.next(rest), right.next(rest);
#pragma unroll
		for (int i = step * passes / 12; i < (step + 1) * passes / 12; i++) {
			if (rest <= 0) continue;
			if (i < Left::passes) left.pass(i, ring + fill * whole);
			else right.pass(i - Left::passes, ring + (fill * whole + HEIGHT * LINE));
		}
		if (step < 11) return;
		copies_commit();
		left.over(), right.over();
		rest -= DEPTH, fill = fill == STAGES - 1 ? 0 : fill + 1;
	};
	const int la = lane_of<form != TN, false>(wr), lb = lane_of<form == NT, true>(wc) + HEIGHT * LINE;
	unsigned x[2][4][4], y[2][4][4];
	auto fragments = [&](int at, int k) {
#pragma unroll
		for (int i = 0; i < 4; i++) {
			fragment<form != TN>(x[at][i], ring + use * whole, la, 16 * i, k);
			fragment<form == NT>(y[at][i], ring + use * whole, lb, 16 * i, k);
		}
	};

	float sum[4][8][4] = {};
	for (int i = 0; i < STAGES - 1; i++)
#pragma unroll
		for (int step = 0; step < 12; step++) ask(step);
	copies_wait<STAGES - 2>();
	__syncthreads();
	if (busy && tile.k > 0) fragments(0, 0);
	for (int k0 = 0; k0 < tile.k; k0 += DEPTH) {
#pragma unroll
		for (int c = 0; c < DEPTH / 16; c++) {
			const bool last = c == DEPTH / 16 - 1;
			if (last) { // all have read this part, and the next has come
				use = use == STAGES - 1 ? 0 : use + 1;
				copies_wait<STAGES - 2>();
				__syncthreads();
			}
			if (busy && (!last || k0 + DEPTH < tile.k)) fragments((c + 1) % 2, (c + 1) * 16 % DEPTH);
			if (busy) {
#pragma unroll
				for (int i = 0; i < 4; i++) {
#pragma unroll
					for (int j = 0; j < 8; j++) mma(sum[i][j], x[c % 2][i], &y[c % 2][j / 2][j % 2 * 2]);
					if (!last) ask(4 * c + i);
				}
			} else if (!last) {
#pragma unroll
				for (int i = 0; i < 4; i++) ask(4 * c + i);
			}
		}
	}

	// Through shared memory, which nobody reads or fills any more, that neighbours are written together.
	const int stride = width + 8, lane = threadIdx.x % 32;
	float *const out = (float *)shared;
	if (busy) {
#pragma unroll
		for (int i = 0; i < 4; i++)
#pragma unroll
			for (int j = 0; j < 8; j++)
#pragma unroll
				for (int h = 0; h < 2; h++)
					*(float2 *)&out[(wr * 64 + 16 * i + 8 * h + lane / 4) * stride + wc * 64 + 8 * j + lane % 4 * 2] =
						make_float2(sum[i][j][2 * h], sum[i][j][2 * h + 1]);
	}
	__syncthreads();
	const int col = threadIdx.x % (width / 4) * 4;
	if (tile.col + col >= p.n) return;
	for (int row = threadIdx.x / (width / 4); row < height; row += 32) {
		float x[8][4];
#pragma unroll
		for (int i = 0; i < 8; i++) read4(x[i], &out[(row + 4 * i) * stride + col]);
		finish<form, 8>(p, tile, tile.row + row, 4, tile.col + col, x);
	}
}

#define PRODUCTS(form, FORM) \
	PRODUCT(product_##form##_bf16_128, (product_bf16<FORM, 128>), 128, 2) \
	PRODUCT(product_##form##_bf16_256, (product_bf16<FORM, 256>), 256, 1)
PRODUCTS(nt, NT)
PRODUCTS(nn, NN)
PRODUCTS(tn, TN)
