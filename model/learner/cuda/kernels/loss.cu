// The losses.

// Softmax is the largest of some numbers, and the sum of the exponentials of what each is less; so of two sets together
// it follows from that of each. Of no number it is the least that float32 holds, so that it stays a number.
struct Softmax {
	float top, sum;
};
__device__ void include(Softmax &s, float x) {
	if (x > s.top) s.sum = s.sum * expf(s.top - x) + 1, s.top = x;
	else s.sum += expf(x - s.top); // what is no number makes the sum none
}
__device__ Softmax joined(Softmax a, Softmax b) {
	const float top = fmaxf(a.top, b.top);
	return {top, a.sum * expf(a.top - top) + b.sum * expf(b.top - top)};
}
// over_block joins those of all threads of a block by a tree of fixed shape; all threads get the result.
__device__ Softmax over_block(Softmax s) {
	__shared__ Softmax parts[32];
	for (int d = 16; d > 0; d /= 2)
		s = joined(s, {__shfl_xor_sync(~0u, s.top, d), __shfl_xor_sync(~0u, s.sum, d)});
	if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = s;
	__syncthreads();
	s = parts[0];
	for (int w = 1; w < (int)blockDim.x / 32; w++) s = joined(s, parts[w]);
	return s;
}

// cross_entropy: one block a row of logits, which count times mult; they are read twice, of which the second time
// should find them in the cache. loss[row] is 0 without a label. The gradient scale·mult·(softmax − onehot) goes to the
// row of d, whose rows lie ldd apart, where there is a d; it may be logits.
template <int n, class T> __device__ void cross_entropy_by(float *loss, T *d, const float *logits, const int *labels,
	int cols, int ldd, float mult, float scale) {
	const float *row = logits + (wide)blockIdx.x * cols;
	const int label = labels[blockIdx.x];
	const float right = label < 0 ? 0 : mult * row[label]; // before it is written over
	Softmax s = {-3.402823466e38f, 0};
	for (int c = threadIdx.x * n; c < cols; c += blockDim.x * n) {
		const Columns<n> x = columns<n>(row, c);
		for (int i = 0; i < n; i++) include(s, mult * x.x[i]);
	}
	s = over_block(s);
	if (threadIdx.x == 0) loss[blockIdx.x] = label < 0 ? 0 : logf(s.sum) - (right - s.top);
	if (!d) return;
	d += (wide)blockIdx.x * ldd;
	const float f = label < 0 ? 0 : scale * mult, g = f / s.sum;
	for (int c = threadIdx.x * n; c < cols; c += blockDim.x * n) {
		Columns<n> x = columns<n>(row, c);
		for (int i = 0; i < n; i++) x.x[i] = g * expf(mult * x.x[i] - s.top) - (c + i == label ? f : 0);
		put_columns(d, c, x);
	}
}
extern "C" __global__ void __launch_bounds__(512) cross_entropy(float *loss, float *d, const float *logits,
	const int *labels, int cols, int ldd, float mult, float scale) {
	BY_COLUMNS(cross_entropy_by, loss, d, logits, labels, cols, ldd, mult, scale);
}
extern "C" __global__ void __launch_bounds__(512) cross_entropy_bf16(float *loss, bf16 *d,
	const float *__restrict__ logits, const int *labels, int cols, int ldd, float mult, float scale) {
	BY_COLUMNS(cross_entropy_by, loss, d, logits, labels, cols, ldd, mult, scale);
}

// sum_rows: a sum of fixed shape over the rows of a column, of squares where square is not 0; one block a column. It is
// added to dst.
extern "C" __global__ void sum_rows(float *dst, const float *x, int rows, int cols, int square) {
	float s = 0;
	for (int i = threadIdx.x; i < rows; i += blockDim.x) {
		const float v = x[(wide)i * cols + blockIdx.x];
		s += square ? v * v : v;
	}
	s = total(s);
	if (threadIdx.x == 0) dst[blockIdx.x] += s;
}
