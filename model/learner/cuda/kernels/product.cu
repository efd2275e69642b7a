// Matrix products. One launch makes the products of many groups; a dense product is one group. Of a group,
//
//	NT: dst (m, n) = a (m, k) · b (n, k)ᵀ     y = x·Wᵀ
//	NN: dst (m, n) = a (m, k) · b (k, n)      dx = dy·W
//	TN: dst (m, n) = a (k, m)ᵀ · b (k, n)     dW = dyᵀ·x
//
// and what is written is alpha·(a·b) + beta·add, in float32 and rounded to bf16, or one of them. Every element is the
// sum over ascending k, made by one thread of one block in the same steps wherever it lies; nothing is split over k.

enum { NN, NT, TN };

// Product is the argument of every product kernel, the same bytes as operands of product.go. Steps lead from a group to
// the next and are counted in elements, as leading dimensions are. Matrices in bf16 begin at multiples of 16 bytes, and
// their leading dimensions, steps and jump are multiples of 8; what lies beyond their columns is neither read nor
// written.
struct Product {
	float *dst;        // (m, n) a group; none: not written
	bf16 *dst16;       // the same rounded to bf16; none: not written
	const float *add;  // as dst, which it may be; none: nothing is added
	const bf16 *add16; // as dst16, added like add
	const void *a, *b; // float32 or bf16, as the kernel says
	// off, unless none, are the rows where groups begin, groups+1 of them: those of a and dst (NT, NN), whose m is at
	// most what all groups have together, or those of a and b (TN), whose k is not read. Steps are of the others alone.
	const int *off;
	wide stepA, stepB, stepDst, stepDst16;
	wide jump;  // rows from split on of what is a weight, b (NT, NN) or dst (TN), lie so many elements further
	int split;  // so that a product has two weights, their rows one after the other
	int groups, m, n, k;
	int lda, ldb, ldDst, ldDst16;
	float alpha, beta;
};

// Tile is what one block makes: rows and columns from (row, col) on of a group's product.
struct Tile {
	int group, row, col; // group is negative where there is nothing to do
	int m, k;            // of this group
	int first;           // its first row of what off divides
};

template <int form> __device__ Tile tile_of(const Product &p, int height, int width) {
	const int across = (p.n + width - 1) / width;
	int id = blockIdx.x;
	for (int e = 0; e < p.groups; e++) {
		const int first = p.off ? p.off[e] : 0, rows = p.off ? p.off[e + 1] - first : 0;
		const int m = p.off && form != TN ? rows : p.m, k = p.off && form == TN ? rows : p.k;
		const int down = (m + height - 1) / height, tiles = down * across;
		if (id < tiles) return {e, id % down * height, id / down * width, m, k, first};
		id -= tiles;
	}
	return {-1, 0, 0, 0, 0, 0};
}

// Where the matrices of a group begin.
template <int form, class T> __device__ const T *left_of(const Product &p, const Tile &t) {
	return (const T *)p.a + (p.off ? (wide)t.first * p.lda : t.group * p.stepA);
}
template <int form, class T> __device__ const T *right_of(const Product &p, const Tile &t) {
	return (const T *)p.b + (p.off && form == TN ? (wide)t.first * p.ldb : t.group * p.stepB);
}
template <int form> __device__ void put(const Product &p, const Tile &t, int row, int col, float sum) {
	const wide first = p.off && form != TN ? t.first : 0, jump = form == TN && row >= p.split ? p.jump : 0;
	const wide at = (first + row) * p.ldDst + col + jump + (p.off && form != TN ? 0 : t.group * p.stepDst);
	const wide at16 = (first + row) * p.ldDst16 + col + jump + (p.off && form != TN ? 0 : t.group * p.stepDst16);
	float x = p.alpha * sum;
	if (p.add) x += p.beta * p.add[at];
	if (p.add16) x += p.beta * value(p.add16[at16]);
	if (p.dst) p.dst[at] = x;
	if (p.dst16) store(&p.dst16[at16], x);
}

// One element of an operand, 0 outside.
template <int form, class T> __device__ float left(const Product &p, const Tile &t, const T *a, int row, int k) {
	if (row >= t.m || k >= t.k) return 0;
	return value(form == TN ? a[(wide)k * p.lda + row] : a[(wide)row * p.lda + k]);
}
template <int form, class T> __device__ float right(const Product &p, const Tile &t, const T *b, int col, int k) {
	if (col >= p.n || k >= t.k) return 0;
	const wide jump = form != TN && (form == NT ? col : k) >= p.split ? p.jump : 0;
	return value(form == NT ? b[(wide)col * p.ldb + k + jump] : b[(wide)k * p.ldb + col + jump]);
}

// A block of 256 threads makes 64 x 64, each thread 4 x 4, in float32.
template <int form, class T> __device__ void product(const Product &p) {
	__shared__ float as[16][68], bs[16][68];
	const Tile tile = tile_of<form>(p, 64, 64);
	if (tile.group < 0) return;
	const T *a = left_of<form, T>(p, tile), *b = right_of<form, T>(p, tile);
	const int t = threadIdx.x, tr = t / 16 * 4, tc = t % 16 * 4;
	float sum[4][4] = {};
	for (int k0 = 0; k0 < tile.k; k0 += 16) {
		for (int i = t; i < 64 * 16; i += 256) {
			const int ra = form == TN ? i % 64 : i / 16, ka = form == TN ? i / 64 : i % 16;
			const int cb = form == NT ? i / 16 : i % 64, kb = form == NT ? i % 16 : i / 64;
			as[ka][ra] = left<form>(p, tile, a, tile.row + ra, k0 + ka);
			bs[kb][cb] = right<form>(p, tile, b, tile.col + cb, k0 + kb);
		}
		__syncthreads();
		for (int c = 0; c < 16; c++) {
			float x[4], y[4];
			for (int i = 0; i < 4; i++) x[i] = as[c][tr + i], y[i] = bs[c][tc + i];
			for (int i = 0; i < 4; i++)
				for (int j = 0; j < 4; j++) sum[i][j] += x[i] * y[j];
		}
		__syncthreads();
	}
	for (int i = 0; i < 4; i++)
		for (int j = 0; j < 4; j++)
			if (tile.row + tr + i < tile.m && tile.col + tc + j < p.n)
				put<form>(p, tile, tile.row + tr + i, tile.col + tc + j, sum[i][j]);
}

#define PRODUCT(name, form, type) \
	extern "C" __global__ void __launch_bounds__(256) name(Product p) { product<form, type>(p); }
PRODUCT(product_nt, NT, float)
PRODUCT(product_nn, NN, float)
PRODUCT(product_tn, TN, float)
PRODUCT(product_nt_bf16, NT, bf16)
PRODUCT(product_nn_bf16, NN, bf16)
PRODUCT(product_tn_bf16, TN, bf16)
