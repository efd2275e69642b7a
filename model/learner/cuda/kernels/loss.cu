// The losses.

// cross_entropy: one block a row of logits, which count times mult. loss[row] is 0 without a label. The gradient
// scale·mult·(softmax − onehot) goes to the row of d, whose rows lie ldd apart, where there is a d; it may be logits.
template <class T> __device__ void cross_entropy_of(float *loss, T *d, const float *logits, const int *labels, int cols,
	int ldd, float mult, float scale) {
	const float *row = logits + (wide)blockIdx.x * cols;
	const int label = labels[blockIdx.x];
	float top = -INF, sum = 0;
	for (int j = threadIdx.x; j < cols; j += blockDim.x) top = fmaxf(top, mult * row[j]);
	top = largest(top);
	for (int j = threadIdx.x; j < cols; j += blockDim.x) sum += expf(mult * row[j] - top);
	sum = total(sum);
	if (threadIdx.x == 0) loss[blockIdx.x] = label < 0 ? 0 : logf(sum) - (mult * row[label] - top);
	__syncthreads();
	if (!d) return;
	d += (wide)blockIdx.x * ldd;
	const float f = label < 0 ? 0 : scale * mult, g = f / sum;
	for (int j = threadIdx.x; j < cols; j += blockDim.x)
		store(d + j, g * expf(mult * row[j] - top) - (j == label ? f : 0));
}
extern "C" __global__ void cross_entropy(float *loss, float *d, const float *logits, const int *labels, int cols,
	int ldd, float mult, float scale) { cross_entropy_of(loss, d, logits, labels, cols, ldd, mult, scale); }
extern "C" __global__ void cross_entropy_bf16(float *loss, bf16 *d, const float *logits, const int *labels, int cols,
	int ldd, float mult, float scale) { cross_entropy_of(loss, d, logits, labels, cols, ldd, mult, scale); }

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
