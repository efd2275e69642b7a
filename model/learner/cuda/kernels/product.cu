// Matrix products. One launch makes the products of many groups; a dense product is one group. Of a group,
//
//	NT: dst (m, n) = a (m, k) · b (n, k)ᵀ     y = x·Wᵀ
//	NN: dst (m, n) = a (m, k) · b (k, n)      dx = dy·W
//	TN: dst (m, n) = a (k, m)ᵀ · b (k, n)     dW = dyᵀ·x
//
// and what is written is alpha·(a·b) + beta·add, in float32, rounded to bf16, or both. Every element is the sum over
// ascending k, made in the same steps wherever it lies and whatever the tile (but the deep one, which has an order of
// its own and is chosen by the shape alone). Nothing is split over k between blocks: how sums of parts round depends on
// how many parts there are, which would be a matter of the device and of the load.
//
//	             a block makes   threads   k a stage   stages   shared memory   FLOP a byte from L2
//	float32      64 x 64         256       16          2        17 KB           16
//	deep         32 x 32         256       64          2        36 KB           8
//	bf16 small   128 x 128       128       64          3        96 KB           64
//	bf16 large   128 x 256       256       64          3        144 KB          85
//
// A warp of bf16 makes 64 x 64, 32 FLOP for each byte that it reads of shared memory. What a product can reach at best,
// computed for an H100 (989 TFLOP/s in bf16, 3.35 TB/s) with 8,192 tokens, 64 experts and top-8; what is read and
// written, float32 results included, is counted once:
//
//	                        m       n       k       GFLOP   MB      FLOP a byte   at best
//	qkv          y = x·Wᵀ   8192    2304    1024    39      97      399           arithmetic, 39 µs
//	o, added     y = x·Wᵀ   8192    1024    1536    26      95      270           memory, 28 µs
//	logits       y = x·Wᵀ   8192    50304   1024    844     1768    477           arithmetic, 853 µs
//	             dx = dy·W  8192    1024    50304   844     961     878           arithmetic, 853 µs
//	             dW         50304   1024    8192    844     1253    674           arithmetic, 853 µs
//	gate and up  y = x·Wᵀ   65536   1024    1024    137     537     256           memory, 160 µs
//	             dW         64x 1024 1024   1024    137     805     171           memory, 240 µs
//	down         y = x·Wᵀ   65536   1024    512     69      403     171           memory, 120 µs
//	             dx = dy·W  65536   512     1024    69      336     205           memory, 100 µs
//	             dW         64x 1024 512    1024    69       470     146           memory, 140 µs
//
// Weights of experts are read, and their gradients added to, once a batch: with twice the tokens the last five come
// nearer to the arithmetic.

enum { NN, NT, TN };

// Product is the argument of every product kernel, the same bytes as operands of product.go. Steps lead from a group to
// the next and are counted in elements, as leading dimensions are. Matrices in bf16 begin at multiples of 16 bytes, and
// their leading dimensions, steps and jump are multiples of 8. What lies behind their columns, up to a multiple of 8,
// may hold anything: it reaches no result, and is not written.
struct Product {
	float *dst;        // (m, n) a group; none: not written
	bf16 *dst16;       // the same rounded to bf16; none: not written
	const float *add;  // as dst, which it may be; none: nothing is added
	const bf16 *add16; // as dst16, added like add
	const void *a, *b; // float32 or bf16, as the kernel says
	// off, unless none, are the rows where groups begin, groups+1 of them, the first 0: those of a and dst (NT, NN),
	// whose m is at least what all groups have together, or those of a and b (TN), whose k is not read. Steps are of
	// the others alone.
	const int *off;
	wide stepA, stepB, stepDst, stepDst16;
	// Rows from split on of what is a weight, b (NT, NN) or dst (TN, then without dst16), lie jump elements further: so
	// that a product has two weights, as if the rows of one followed those of the other.
	wide jump;
	int split;
	int groups, m, n, k;
	int lda, ldb, ldDst, ldDst16;
	float alpha, beta;
};
static_assert(sizeof(Product) == 144, "operands of product.go");

// Tile is what one block makes: rows and columns from (row, col) on of a group's product.
struct Tile {
	int group, row, col;
	int m, k;  // of this group; a tile whose row is not below m has nothing to do
	int first; // its first row of what off divides
};

// find_group sets the group of the tile's row of tiles, where rows are divided. Group e may have ⌊off[e+1]/height⌋ −
// ⌊off[e]/height⌋ + 1 rows of tiles, which is enough wherever it begins, and at most one more than it needs; so a block
// finds its group at once, without a sum over groups.
__device__ void find_group(Tile &t, const int *off, int groups, int height) {
	__shared__ int found[3];
	for (int e = threadIdx.x; e < groups; e += blockDim.x) {
		const int from = off[e], to = off[e + 1];
		if (t.row >= from / height + e && (e == groups - 1 || t.row < to / height + e + 1))
			found[0] = e, found[1] = from, found[2] = to;
	}
	__syncthreads();
	t.group = found[0], t.first = found[1], t.m = found[2] - t.first;
	t.row -= t.first / height + t.group;
}

// Blocks in order walk down BAND tiles, then right: what a wave of blocks reads is nearly square, and stays in the L2
// cache.
enum { BAND = 16 };
template <int form> __device__ Tile tile_of(const Product &p, int height, int width) {
	const bool divided = p.off && form != TN;
	const int across = (p.n + width - 1) / width;
	const int down = divided ? p.m / height + p.groups : (p.m + height - 1) / height;
	int id = blockIdx.x;
	Tile t = {0, 0, 0, p.m, p.k, 0};
	t.group = id / (down * across), id %= down * across;
	const int band = id / (BAND * across) * BAND, tall = min((int)BAND, down - band);
	id -= band * across;
	t.row = band + id % tall, t.col = id / tall * width;
	if (divided) {
		find_group(t, p.off, p.groups, height);
	} else if (p.off) {
		t.first = p.off[t.group], t.k = p.off[t.group + 1] - t.first;
	}
	t.row *= height;
	return t;
}

// Where the operands of a group begin.
template <int form, class T> __device__ const T *left_of(const Product &p, const Tile &t) {
	return (const T *)p.a + (p.off ? (wide)t.first * p.lda : t.group * p.stepA);
}
template <int form, class T> __device__ const T *right_of(const Product &p, const Tile &t) {
	return (const T *)p.b + (p.off && form == TN ? (wide)t.first * p.ldb : t.group * p.stepB);
}

// Four neighbours of a row, or as many as there are: at once where they lie so. Of bf16 they always do.
__device__ bool together(const float *p, int count) { return count >= 4 && ((size_t)p & 15) == 0; }
__device__ bool together(const bf16 *p, int count) { return count >= 4; }
__device__ void read4(float *x, const float *p) {
	const float4 y = *(const float4 *)p;
	x[0] = y.x, x[1] = y.y, x[2] = y.z, x[3] = y.w;
}
__device__ void read4(float *x, const bf16 *p) {
	const uint2 y = *(const uint2 *)p;
	x[0] = __uint_as_float(y.x << 16), x[1] = __uint_as_float(y.x & 0xffff0000);
	x[2] = __uint_as_float(y.y << 16), x[3] = __uint_as_float(y.y & 0xffff0000);
}
__device__ void write4(float *p, const float *x) { *(float4 *)p = make_float4(x[0], x[1], x[2], x[3]); }
__device__ void write4(bf16 *p, const float *x) {
	*(uint2 *)p = make_uint2(half(x[0]) | half(x[1]) << 16, half(x[2]) | half(x[3]) << 16);
}
template <class T> __device__ void plus(float *x, float beta, const T *p, int count) {
	float y[4];
	if (together(p, count)) {
		read4(y, p);
		for (int i = 0; i < 4; i++) x[i] = fmaf(beta, y[i], x[i]);
	} else {
		for (int i = 0; i < 4; i++)
			if (i < count) x[i] = fmaf(beta, value(p[i]), x[i]);
	}
}
template <class T> __device__ void put(T *p, const float *x, int count) {
	if (together(p, count)) {
		write4(p, x);
	} else {
		for (int i = 0; i < 4; i++)
			if (i < count) store(p + i, x[i]);
	}
}

// finish makes of four sums what is written of them, and writes it.
template <int form> __device__ void finish(const Product &p, const Tile &t, int row, int col, const float *sum) {
	const bool divided = p.off && form != TN;
	const wide line = divided ? t.first + row : row, jump = form == TN && row >= p.split ? p.jump : 0;
	const wide at = (divided ? 0 : t.group * p.stepDst) + line * p.ldDst + col + jump;
	const wide at16 = (divided ? 0 : t.group * p.stepDst16) + line * p.ldDst16 + col;
	const int count = p.n - col;
	float x[4];
	for (int i = 0; i < 4; i++) x[i] = p.alpha * sum[i];
	if (p.add) plus(x, p.beta, p.add + at, count);
	if (p.add16) plus(x, p.beta, p.add16 + at16, count);
	if (p.dst) put(p.dst + at, x, count);
	if (p.dst16) put(p.dst16 + at16, x, count);
}

// Products of float32. A block of 256 threads makes size x size, each thread 4 x 4; while it sums some of k from one
// half of its shared memory, the next are on their way through registers to the other half. Where a result is small and
// k is long (the gradient of the router), there would be too few blocks: then the tile is smaller, and 4 parts of the
// block's threads have 16 of k each in turn, whose sums are joined in one order for all.
template <int form, int size, int parts> __device__ void product(const Product &p) {
	const int depth = 16 * parts, passes = size * depth / 256, across = size / 4;
	LAUNCH_SHARED(shared);
	typedef float Half[depth][size + 4]; // of an operand
	Half *const as = (Half *)shared, *const bs = as + 2;
	const Tile tile = tile_of<form>(p, size, size);
	if (tile.row >= tile.m) return;
	const float *a = left_of<form, float>(p, tile), *b = right_of<form, float>(p, tile);
	const int t = threadIdx.x, part = t / (across * across), tr = t / across % across * 4, tc = t % across * 4;
	// Neighbours in memory are k of a row (deep and far) or rows of a k (flat and k).
	const int deep = t % depth, far = t / depth, flat = t % size, k = t / size;
	float x[passes], y[passes], sum[4][4] = {};
	auto fetch = [&](int k0) {
		for (int i = 0; i < passes; i++) {
			const int fari = far + 256 / depth * i, ki = k + 256 / size * i;
			const int row = tile.row + (form == TN ? flat : fari), ka = k0 + (form == TN ? ki : deep);
			const int col = tile.col + (form == NT ? fari : flat), kb = k0 + (form == NT ? deep : ki);
			const wide line = form == NT ? col : kb, jump = form != TN && line >= p.split ? p.jump : 0;
			x[i] = row < tile.m && ka < tile.k ? a[form == TN ? (wide)ka * p.lda + row : (wide)row * p.lda + ka] : 0;
			y[i] = col < p.n && kb < tile.k ? b[line * p.ldb + (form == NT ? kb : col) + jump] : 0;
		}
	};
	fetch(0);
	for (int k0 = 0; k0 < tile.k; k0 += depth) {
		Half &ah = as[k0 / depth % 2], &bh = bs[k0 / depth % 2];
		for (int i = 0; i < passes; i++) {
			const int fari = far + 256 / depth * i, ki = k + 256 / size * i;
			(form == TN ? ah[ki][flat] : ah[deep][fari]) = x[i];
			(form == NT ? bh[deep][fari] : bh[ki][flat]) = y[i];
		}
		__syncthreads(); // who is behind it has read the other half, which is written next
		if (k0 + depth < tile.k) fetch(k0 + depth);
#pragma unroll
		for (int c = 0; c < 16; c++) {
			float u[4], v[4];
			read4(u, &ah[16 * part + c][tr]), read4(v, &bh[16 * part + c][tc]);
			for (int i = 0; i < 4; i++)
				for (int j = 0; j < 4; j++) sum[i][j] = fmaf(u[i], v[j], sum[i][j]);
		}
	}
	if (parts == 1) {
		for (int i = 0; i < 4; i++)
			if (tile.row + tr + i < tile.m && tile.col + tc < p.n)
				finish<form>(p, tile, tile.row + tr + i, tile.col + tc, sum[i]);
		return;
	}
	static_assert(parts == 1 || parts == 4, "each part of the threads joins one row of four");
	typedef float Sums[4][4][256];
	Sums &sums = *(Sums *)shared;
	__syncthreads();
	for (int i = 0; i < 4; i++)
		for (int j = 0; j < 4; j++) sums[i][j][t] = sum[i][j];
	__syncthreads();
	const int first = t % (across * across), apart = across * across;
	for (int j = 0; j < 4; j++) {
		const float *s = &sums[part][j][first];
		sum[0][j] = (s[0] + s[apart]) + (s[2 * apart] + s[3 * apart]);
	}
	if (tile.row + tr + part < tile.m && tile.col + tc < p.n)
		finish<form>(p, tile, tile.row + tr + part, tile.col + tc, sum[0]);
}

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
	for (int row = threadIdx.x / (width / 4); row < height; row += 4)
		finish<form>(p, tile, tile.row + row, tile.col + col, &out[row * stride + col]);
}

#define PRODUCT(name, body, threads, blocks) \
	extern "C" __global__ void __launch_bounds__(threads, blocks) name(Product p) { body(p); }
#define PRODUCTS(form, FORM) \
	PRODUCT(product_##form, (product<FORM, 64, 1>), 256, 2) \
	PRODUCT(product_##form##_bf16_128, (product_bf16<FORM, 128>), 128, 2) \
	PRODUCT(product_##form##_bf16_256, (product_bf16<FORM, 256>), 256, 1)
PRODUCTS(nt, NT)
PRODUCTS(nn, NN)
PRODUCTS(tn, TN)
PRODUCT(product_tn_deep, (product<TN, 32, 4>), 256, 2)
