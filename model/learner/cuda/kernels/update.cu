// Updates of the optimizer.

// adamw: one thread an element of one tensor of width columns. Its learning rate is that of its age: of its younger
// coordinate. Where copy is there, it gets the new weights rounded, in rows that lie ldc apart.
extern "C" __global__ void adamw(float *p, bf16 *copy, const float *g, float *m, float *v, const float *rate,
	const unsigned char *rows, const unsigned char *cols, int height, int width, int ldc, wide count, float decay,
	float beta1, float beta2, float eps, float corr1, float corr2) {
	const wide i = (wide)blockIdx.x * blockDim.x + threadIdx.x;
	if (i >= count) return;
	const int row = i / width % height, col = i % width, age = rows[row] > cols[col] ? rows[row] : cols[col];
	const float gi = g[i], mi = m[i] = beta1 * m[i] + (1 - beta1) * gi;
	const float vi = v[i] = beta2 * v[i] + (1 - beta2) * gi * gi, before = p[i];
	const float now = p[i] = before - rate[age] * (decay * before + (mi / corr1) / (sqrtf(vi / corr2) + eps));
	if (copy) store(copy + i / width * ldc + col, now);
}
