// Norms: of rows, and of the heads of queries and keys, which are then rotated.

// rms_norm: one block a row; rows of y lie ldy apart.
template <class T> __device__ void rms_norm_of(T *y, float *inv, const float *x, const float *gain, int cols, int ldy,
	float eps) {
	x += (wide)blockIdx.x * cols, y += (wide)blockIdx.x * ldy;
	float s = 0;
	for (int j = threadIdx.x; j < cols; j += blockDim.x) s += x[j] * x[j];
	const float r = 1 / sqrtf(total(s) / cols + eps);
	if (threadIdx.x == 0) inv[blockIdx.x] = r;
	for (int j = threadIdx.x; j < cols; j += blockDim.x) store(y + j, x[j] * r * gain[j]);
}
extern "C" __global__ void rms_norm(float *y, float *inv, const float *x, const float *gain, int cols, int ldy,
	float eps) { rms_norm_of(y, inv, x, gain, cols, ldy, eps); }
extern "C" __global__ void rms_norm_bf16(bf16 *y, float *inv, const float *x, const float *gain, int cols, int ldy,
	float eps) { rms_norm_of(y, inv, x, gain, cols, ldy, eps); }

// rms_norm_backward: the gradient along x is added to dx where acc is not 0.
extern "C" __global__ void rms_norm_backward(float *dx, const float *dy, const float *x, const float *gain,
	const float *inv, int cols, int acc) {
	const wide at = (wide)blockIdx.x * cols;
	dx += at, dy += at, x += at;
	float s = 0;
	for (int j = threadIdx.x; j < cols; j += blockDim.x) s += gain[j] * dy[j] * x[j];
	const float r = inv[blockIdx.x], c = total(s) / cols * r * r;
	for (int j = threadIdx.x; j < cols; j += blockDim.x)
		dx[j] = (gain[j] * dy[j] - x[j] * c) * r + (acc ? dx[j] : 0);
}

// gain_backward: one block a column; dgain[j] += Σ dy·x·inv over the rows. heads is how many heads share the gain.
extern "C" __global__ void gain_backward(float *dgain, const float *dy, const float *x, const float *inv, int rows,
	int cols, int heads, int ldy, int ldx) {
	float s = 0;
	for (int i = threadIdx.x; i < rows * heads; i += blockDim.x) {
		const int at = i % heads * cols + blockIdx.x;
		s += dy[(wide)(i / heads) * ldy + at] * x[(wide)(i / heads) * ldx + at] * inv[i];
	}
	s = total(s);
	if (threadIdx.x == 0) dgain[blockIdx.x] += s;
}

// head_norm: one thread a head of a token; normalised, then rotated, first half with second half. Rows of x lie ldx
// apart; cosine and sine are (seq, dim/2).
extern "C" __global__ void head_norm(float *y, float *inv, const float *x, const float *gain, const float *cosine,
	const float *sine, int count, int heads, int dim, int seq, int ldx, float eps) {
	const int i = blockIdx.x * blockDim.x + threadIdx.x, t = i / heads, h = i % heads;
	if (i >= count) return;
	x += (wide)t * ldx + h * dim, y += (wide)i * dim, cosine += t % seq * (dim / 2), sine += t % seq * (dim / 2);
	float s = 0;
	for (int c = 0; c < dim; c++) s += x[c] * x[c];
	const float r = inv[i] = 1 / sqrtf(s / dim + eps);
	for (int c = 0; c < dim / 2; c++) {
		const float a = x[c] * r * gain[c], b = x[c + dim / 2] * r * gain[c + dim / 2];
		y[c] = a * cosine[c] - b * sine[c], y[c + dim / 2] = b * cosine[c] + a * sine[c];
	}
}

// head_norm_backward leaves in dy what the gain's gradient needs: dy turned back. Rows of dx lie lddx apart.
template <class T> __device__ void head_norm_backward_of(T *dx, float *dy, const float *x, const float *gain,
	const float *inv, const float *cosine, const float *sine, int count, int heads, int dim, int seq, int lddx,
	int ldx) {
	const int i = blockIdx.x * blockDim.x + threadIdx.x, t = i / heads, h = i % heads;
	if (i >= count) return;
	x += (wide)t * ldx + h * dim, dx += (wide)t * lddx + h * dim, dy += (wide)i * dim;
	cosine += t % seq * (dim / 2), sine += t % seq * (dim / 2);
	float s = 0;
	for (int c = 0; c < dim / 2; c++) {
		const float a = dy[c], b = dy[c + dim / 2];
		dy[c] = a * cosine[c] + b * sine[c], dy[c + dim / 2] = b * cosine[c] - a * sine[c];
	}
	for (int c = 0; c < dim; c++) s += gain[c] * dy[c] * x[c];
	const float r = inv[i], k = s / dim * r * r;
	for (int c = 0; c < dim; c++) store(dx + c, (gain[c] * dy[c] - x[c] * k) * r);
}
#define HEADS const float *x, const float *gain, const float *inv, const float *cosine, const float *sine, int count, \
	int heads, int dim, int seq, int lddx, int ldx
extern "C" __global__ void head_norm_backward(float *dx, float *dy, HEADS) {
	head_norm_backward_of(dx, dy, x, gain, inv, cosine, sine, count, heads, dim, seq, lddx, ldx);
}
extern "C" __global__ void head_norm_backward_bf16(bf16 *dx, float *dy, HEADS) {
	head_norm_backward_of(dx, dy, x, gain, inv, cosine, sine, count, heads, dim, seq, lddx, ldx);
}
#undef HEADS
