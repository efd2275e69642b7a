// Statistics: sums of squares, what is not finite, norms of blocks, and pairs of copies. Sums are in double, over parts
// of one size each, and then over the parts: trees whose shape follows from sizes alone.

// How many elements a block sums, in turns of 256 threads that take 4 each.
enum { SQUARES_PART = 16384 };

// sum_squares: block b gets Σx² over part b of n elements.
extern "C" __global__ void __launch_bounds__(256) sum_squares(double *__restrict__ dst, const float *__restrict__ x,
	wide n) {
	const wide from = (wide)blockIdx.x * SQUARES_PART, to = from + SQUARES_PART < n ? from + SQUARES_PART : n;
	const bool whole = (unsigned long long)x % 16 == 0;
	double s[4] = {0, 0, 0, 0};
	for (wide i = from + threadIdx.x * 4; i < to; i += 1024) {
		floats<4> v = {{0, 0, 0, 0}};
		if (whole && i + 4 <= to) v = *(const floats<4> *)(x + i);
		else
			for (int j = 0; j < 4; j++)
				if (i + j < to) v.x[j] = x[i + j];
		for (int j = 0; j < 4; j++) s[j] += (double)v.x[j] * v.x[j];
	}
	const double sum = total((s[0] + s[1]) + (s[2] + s[3]));
	if (threadIdx.x == 0) dst[blockIdx.x] = sum;
}

// add_up: block b gets the sum of parts b·n to (b+1)·n.
extern "C" __global__ void __launch_bounds__(256) add_up(double *__restrict__ dst, const double *__restrict__ parts,
	int n) {
	double s = 0;
	for (int i = threadIdx.x; i < n; i += 256) s += parts[(wide)blockIdx.x * n + i];
	s = total(s);
	if (threadIdx.x == 0) dst[blockIdx.x] = s;
}

// not_finite sets flag y to 1 where one of the n elements of matrix y is a NaN or an infinity.
extern "C" __global__ void __launch_bounds__(256) not_finite(int *flag, const float *__restrict__ x, wide n) {
	const wide from = (wide)blockIdx.x * SQUARES_PART, to = from + SQUARES_PART < n ? from + SQUARES_PART : n;
	const unsigned exponent = 0xff << 23;
	bool bad = false;
	x += (wide)blockIdx.y * n;
	for (wide i = from + threadIdx.x; i < to; i += 256) bad |= (__float_as_uint(x[i]) & exponent) == exponent;
	if (bad) flag[blockIdx.y] = 1; // whoever writes it writes the same
}

// The stage of growth at which an element came: that of its younger coordinate. Axes that do not grow have no ages.
__device__ int age_of(const unsigned char *rows, const unsigned char *cols, int row, int col) {
	const int a = rows ? rows[row] : 0, b = cols ? cols[col] : 0;
	return a > b ? a : b;
}

// block_squares: Σx² of the elements of stage y over BLOCK_ROWS rows of a tensor's count, which hold width columns each
// and of which height make a matrix.
enum { BLOCK_ROWS = 16 };
extern "C" __global__ void __launch_bounds__(256) block_squares(double *__restrict__ dst, const float *__restrict__ x,
	const unsigned char *rows, const unsigned char *cols, int count, int height, int width) {
	const int from = blockIdx.x * BLOCK_ROWS, to = from + BLOCK_ROWS < count ? from + BLOCK_ROWS : count;
	double s = 0;
	for (int r = from; r < to; r++)
		for (int c = threadIdx.x; c < width; c += 256) {
			const double v = x[(wide)r * width + c];
			if (age_of(rows, cols, r % height, c) == (int)blockIdx.y) s += v * v;
		}
	s = total(s);
	if (threadIdx.x == 0) dst[(wide)blockIdx.y * gridDim.x + blockIdx.x] = s;
}

// Pairs (a, b) of an original and its copy have PAIR_SUMS sums: Σa², Σb², Σab, Σ(a−b)², and how many elements differ in
// a bit. Parts are (matrix, part, pair, sum): a launch fills those from part first on, of parts.
enum { PAIR_SUMS = 5, PAIR_ROWS = 64, PAIRS = 64 };
struct PairSums {
	double s[PAIR_SUMS];
};
__device__ void compare(PairSums &p, float a, float b) {
	const double x = a, y = b;
	p.s[0] += x * x, p.s[1] += y * y, p.s[2] += x * y, p.s[3] += (x - y) * (x - y);
	p.s[4] += __float_as_uint(a) != __float_as_uint(b);
}

// pair_rows: pairs of rows; block (pair, matrix) of 64 threads.
extern "C" __global__ void __launch_bounds__(64) pair_rows(double *__restrict__ dst, const float *__restrict__ x,
	const int *__restrict__ original, const int *__restrict__ copy, int height, int width, int first, int parts) {
	__shared__ PairSums shared[64];
	const int t = threadIdx.x;
	const wide matrix = blockIdx.y;
	const float *a = x + (matrix * height + original[blockIdx.x]) * width;
	const float *b = x + (matrix * height + copy[blockIdx.x]) * width;
	PairSums p = {{0, 0, 0, 0, 0}};
	for (int c = t; c < width; c += 64) compare(p, a[c], b[c]);
	shared[t] = p;
	__syncthreads();
	for (int d = 32; d > 0; d /= 2) {
		if (t < d)
			for (int i = 0; i < PAIR_SUMS; i++) shared[t].s[i] += shared[t + d].s[i];
		__syncthreads();
	}
	if (t < PAIR_SUMS) dst[((matrix * parts + first) * gridDim.x + blockIdx.x) * PAIR_SUMS + t] = shared[0].s[t];
}

// pair_columns: pairs of columns, at most PAIRS, over PAIR_ROWS rows; block (part, matrix). Four threads have a pair.
extern "C" __global__ void __launch_bounds__(256) pair_columns(double *__restrict__ dst, const float *__restrict__ x,
	const int *__restrict__ original, const int *__restrict__ copy, int pairs, int height, int width, int first,
	int parts) {
	__shared__ PairSums shared[4 * PAIRS];
	const int t = threadIdx.x, pair = t % PAIRS, from = blockIdx.x * PAIR_ROWS;
	const int to = from + PAIR_ROWS < height ? from + PAIR_ROWS : height;
	const wide matrix = blockIdx.y;
	PairSums p = {{0, 0, 0, 0, 0}};
	if (pair < pairs)
		for (int r = from + t / PAIRS; r < to; r += 4) {
			const float *row = x + (matrix * height + r) * width;
			compare(p, row[original[pair]], row[copy[pair]]);
		}
	shared[t] = p;
	__syncthreads();
	if (t >= pairs) return;
	double *out = dst + ((matrix * parts + first + blockIdx.x) * pairs + t) * PAIR_SUMS;
	const PairSums *q = shared + t;
	for (int i = 0; i < PAIR_SUMS; i++)
		out[i] = (q[0].s[i] + q[PAIRS].s[i]) + (q[2 * PAIRS].s[i] + q[3 * PAIRS].s[i]);
}

// pair_add: number i of matrix y gets the sum of its parts, in their order; a thread each.
extern "C" __global__ void __launch_bounds__(64) pair_add(double *__restrict__ dst, const double *__restrict__ src,
	int numbers, int parts) {
	const int i = blockIdx.x * 64 + threadIdx.x;
	if (i >= numbers) return;
	src += (wide)blockIdx.y * parts * numbers + i;
	double s = 0;
	for (int k = 0; k < parts; k++) s += src[(wide)k * numbers];
	dst[(wide)blockIdx.y * numbers + i] = s;
}
