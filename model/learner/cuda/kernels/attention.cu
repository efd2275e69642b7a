// Attention, causal, without memory for probabilities.

// attention: causal; one thread a query of a head, no memory for probabilities. lse is what the backward needs to make them again.
template <int dim> __device__ void attend(float *out, float *lse, const float *q, const float *k, const float *v, int heads, int kv, int seq, int ldv) {
	const int i = blockIdx.x * blockDim.x + threadIdx.x, h = blockIdx.y, b = blockIdx.z, g = h / (heads / kv);
	if (i >= seq) return;
	const wide t = (wide)b * seq + i;
	const float scale = 1 / sqrtf(dim);
	float x[dim], o[dim], top = -INF, sum = 0;
	for (int c = 0; c < dim; c++) x[c] = q[(t * heads + h) * dim + c] * scale, o[c] = 0;
	for (int j = 0; j <= i; j++) {
		const float *kj = k + (((wide)b * seq + j) * kv + g) * dim, *vj = v + ((wide)b * seq + j) * ldv + g * dim;
		float s = 0;
		for (int c = 0; c < dim; c++) s += x[c] * kj[c];
		const float now = fmaxf(top, s), f = expf(top - now), p = expf(s - now);
		sum = sum * f + p, top = now;
		for (int c = 0; c < dim; c++) o[c] = o[c] * f + p * vj[c];
	}
	lse[t * heads + h] = top + logf(sum);
	for (int c = 0; c < dim; c++) out[(t * heads + h) * dim + c] = o[c] / sum;
}
// The gradient of a query: one thread each; and delta = Σ dout·out, which the other gradients need too.
template <int dim> __device__ void attend_query(float *dq, float *delta, const float *dout, const float *out, const float *lse, const float *q, const float *k, const float *v, int heads, int kv, int seq, int ldv) {
	const int i = blockIdx.x * blockDim.x + threadIdx.x, h = blockIdx.y, b = blockIdx.z, g = h / (heads / kv);
	if (i >= seq) return;
	const wide t = (wide)b * seq + i, at = (t * heads + h) * dim;
	const float scale = 1 / sqrtf(dim);
	float x[dim], o[dim], d[dim], sum = 0;
	for (int c = 0; c < dim; c++) x[c] = q[at + c] * scale, o[c] = dout[at + c], d[c] = 0, sum += o[c] * out[at + c];
	const float l = lse[t * heads + h];
	delta[t * heads + h] = sum;
	for (int j = 0; j <= i; j++) {
		const float *kj = k + (((wide)b * seq + j) * kv + g) * dim, *vj = v + ((wide)b * seq + j) * ldv + g * dim;
		float s = 0, dp = 0;
		for (int c = 0; c < dim; c++) s += x[c] * kj[c], dp += o[c] * vj[c];
		const float ds = expf(s - l) * (dp - sum) * scale;
		for (int c = 0; c < dim; c++) d[c] += ds * kj[c];
	}
	for (int c = 0; c < dim; c++) dq[at + c] = d[c];
}
// The gradients of a key and its value: one thread each, over all queries that see it.
template <int dim> __device__ void attend_key(float *dk, float *dv, const float *delta, const float *dout, const float *lse, const float *q, const float *k, const float *v, int heads, int kv, int seq, int ldv) {
	const int j = blockIdx.x * blockDim.x + threadIdx.x, g = blockIdx.y, b = blockIdx.z, group = heads / kv;
	if (j >= seq) return;
	const wide t = (wide)b * seq + j, at = (t * kv + g) * dim;
	const float scale = 1 / sqrtf(dim);
	float x[dim], y[dim], dx[dim], dy[dim];
	for (int c = 0; c < dim; c++) x[c] = k[at + c] * scale, y[c] = v[t * ldv + g * dim + c], dx[c] = dy[c] = 0;
	for (int h = g * group; h < (g + 1) * group; h++)
		for (int i = j; i < seq; i++) {
			const wide u = ((wide)b * seq + i) * heads + h;
			const float *qi = q + u * dim, *oi = dout + u * dim;
			float s = 0, dp = 0;
			for (int c = 0; c < dim; c++) s += qi[c] * x[c], dp += oi[c] * y[c];
			const float p = expf(s - lse[u]), ds = p * (dp - delta[u]) * scale;
			for (int c = 0; c < dim; c++) dx[c] += ds * qi[c], dy[c] += p * oi[c];
		}
	for (int c = 0; c < dim; c++) dk[at + c] = dx[c], dv[t * ldv + g * dim + c] = dy[c];
}
#define SHAPE int heads, int kv, int seq, int ldv
extern "C" __global__ void attend_8(float *out, float *lse, const float *q, const float *k, const float *v, SHAPE) { attend<8>(out, lse, q, k, v, heads, kv, seq, ldv); }
extern "C" __global__ void attend_64(float *out, float *lse, const float *q, const float *k, const float *v, SHAPE) { attend<64>(out, lse, q, k, v, heads, kv, seq, ldv); }
extern "C" __global__ void attend_query_8(float *dq, float *delta, const float *dout, const float *out, const float *lse, const float *q, const float *k, const float *v, SHAPE) { attend_query<8>(dq, delta, dout, out, lse, q, k, v, heads, kv, seq, ldv); }
extern "C" __global__ void attend_query_64(float *dq, float *delta, const float *dout, const float *out, const float *lse, const float *q, const float *k, const float *v, SHAPE) { attend_query<64>(dq, delta, dout, out, lse, q, k, v, heads, kv, seq, ldv); }
extern "C" __global__ void attend_key_8(float *dk, float *dv, const float *delta, const float *dout, const float *lse, const float *q, const float *k, const float *v, SHAPE) { attend_key<8>(dk, dv, delta, dout, lse, q, k, v, heads, kv, seq, ldv); }
extern "C" __global__ void attend_key_64(float *dk, float *dv, const float *delta, const float *dout, const float *lse, const float *q, const float *k, const float *v, SHAPE) { attend_key<64>(dk, dv, delta, dout, lse, q, k, v, heads, kv, seq, ldv); }
