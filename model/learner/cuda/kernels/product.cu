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
static_assert(sizeof(Product) == 136, "operands of product.go");

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
template <class T> __device__ void get(float *x, const T *p, int count) {
	if (together(p, count)) {
		read4(x, p);
	} else {
		for (int i = 0; i < 4; i++)
			if (i < count) x[i] = value(p[i]);
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

// finish makes of sums what is written, and writes it: four neighbours, from col on, of rows rows that lie apart. What
// is added is asked for in all rows before the first is written, which might be one of them.
template <int form, int rows> __device__ void finish(const Product &p, const Tile &t, int row, int apart, int col,
	float (*x)[4]) {
	const bool divided = p.off && form != TN;
	const int count = p.n - col;
	auto there = [&](int i) { return row + i * apart < t.m; };
	auto at = [&](int i, wide step, int ld) {
		const wide line = row + i * apart;
		return divided ? (t.first + line) * ld + col : t.group * step + line * ld + col;
	};
	auto float_at = [&](int i) {
		return at(i, p.stepDst, p.ldDst) + (form == TN && row + i * apart >= p.split ? p.jump : 0);
	};
#pragma unroll
	for (int i = 0; i < rows; i++)
		for (int j = 0; j < 4; j++) x[i][j] *= p.alpha;
	if (p.add) {
		float y[rows][4] = {};
#pragma unroll
		for (int i = 0; i < rows; i++)
			if (there(i)) get(y[i], p.add + float_at(i), count);
#pragma unroll
		for (int i = 0; i < rows; i++)
			for (int j = 0; j < 4; j++) x[i][j] = fmaf(p.beta, y[i][j], x[i][j]);
	}
#pragma unroll
	for (int i = 0; i < rows; i++) {
		if (p.dst && there(i)) put(p.dst + float_at(i), x[i], count);
		if (p.dst16 && there(i)) put(p.dst16 + at(i, p.stepDst16, p.ldDst16), x[i], count);
	}
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
		if (tile.col + tc < p.n) finish<form, 4>(p, tile, tile.row + tr, 1, tile.col + tc, sum);
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
	if (tile.col + tc < p.n) finish<form, 1>(p, tile, tile.row + tr + part, 1, tile.col + tc, sum);
}

#define PRODUCT(name, body, threads, blocks) \
	extern "C" __global__ void __launch_bounds__(threads, blocks) name(Product p) { body(p); }
PRODUCT(product_nt, (product<NT, 64, 1>), 256, 2)
PRODUCT(product_nn, (product<NN, 64, 1>), 256, 2)
PRODUCT(product_tn, (product<TN, 64, 1>), 256, 2)
PRODUCT(product_tn_deep, (product<TN, 32, 4>), 256, 2)
