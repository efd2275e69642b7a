// Routing: which experts a token takes, and the slots that they stand in.

// route: one thread a token, up to 64 experts; ties go to the lower one. logits become probabilities.
extern "C" __global__ void route(float *logits, float *lse, int *choice, float *weight, int tokens, int experts, int k) {
	const int t = blockIdx.x * blockDim.x + threadIdx.x;
	if (t >= tokens) return;
	float *p = logits + (wide)t * experts, top = -INF, sum = 0, chosen = 0;
	for (int e = 0; e < experts; e++) top = fmaxf(top, p[e]);
	for (int e = 0; e < experts; e++) sum += expf(p[e] - top);
	for (int e = 0; e < experts; e++) p[e] = expf(p[e] - top) / sum;
	lse[t] = top + logf(sum);
	unsigned long long taken = 0;
	for (int j = 0; j < k; j++) {
		int best = -1;
		for (int e = 0; e < experts; e++) if (!(taken >> e & 1) && (best < 0 || p[e] > p[best])) best = e;
		taken |= 1ull << best, choice[t * k + j] = best, weight[t * k + j] = p[best], chosen += p[best];
	}
	for (int j = 0; j < k; j++) weight[t * k + j] /= chosen;
}
// RouteBackward: dlogits from dw, from the load-balancing loss (lb times each expert's share) and the z-loss.
extern "C" __global__ void route_backward(float *dlogits, const float *dw, const float *prob, const float *lse, const int *choice, const float *weight, const int *off,
	int tokens, int experts, int k, float lb, float z) {
	const int t = blockIdx.x * blockDim.x + threadIdx.x;
	if (t >= tokens) return;
	const float *p = prob + (wide)t * experts;
	float *out = dlogits + (wide)t * experts, mean = 0, sum = 0, dot = 0;
	for (int e = 0; e < experts; e++) out[e] = (float)(off[e + 1] - off[e]) / (float)off[experts] * lb;
	for (int j = 0; j < k; j++) mean += dw[t * k + j] * weight[t * k + j], sum += p[choice[t * k + j]];
	for (int j = 0; j < k; j++) out[choice[t * k + j]] += (dw[t * k + j] - mean) / sum;
	for (int e = 0; e < experts; e++) dot += out[e] * p[e];
	for (int e = 0; e < experts; e++) out[e] = p[e] * (out[e] - dot + 2 * z * lse[t]);
}

// Slots: rank gives every chosen (token, expert) pair its place within its expert, tokens ascending: one block an expert. bounds sums the
// experts' counts, place adds them.
extern "C" __global__ void rank(int *slot, int *count, const int *choice, int tokens, int k) {
	__shared__ int before[257];
	const int part = (tokens + blockDim.x - 1) / blockDim.x, from = threadIdx.x * part, to = from + part < tokens ? from + part : tokens;
	int n = 0;
	for (int i = from * k; i < to * k; i++) n += choice[i] == (int)blockIdx.x;
	before[threadIdx.x + 1] = n;
	__syncthreads();
	if (threadIdx.x == 0) {
		before[0] = 0;
		for (int i = 0; i < (int)blockDim.x; i++) before[i + 1] += before[i];
		count[blockIdx.x] = before[blockDim.x];
	}
	__syncthreads();
	n = before[threadIdx.x];
	for (int i = from * k; i < to * k; i++) if (choice[i] == (int)blockIdx.x) slot[i] = n++;
}
extern "C" __global__ void bounds(int *off, const int *count, int experts) {
	int n = 0;
	for (int e = 0; e < experts; e++) off[e] = n, n += count[e];
	off[experts] = n;
}
extern "C" __global__ void place(int *slot, const int *choice, const int *off, int count) {
	const int i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i < count) slot[i] += off[choice[i]];
}
// spread copies every token's row to its slots; rows of dst lie ld apart.
template <class T> __device__ void spread_of(T *dst, const float *src, const int *slot, int cols, int ld, int k) {
	for (int j = 0; j < k; j++) {
		T *to = dst + (wide)slot[blockIdx.x * k + j] * ld;
		for (int c = threadIdx.x; c < cols; c += blockDim.x) store(to + c, src[(wide)blockIdx.x * cols + c]);
	}
}
extern "C" __global__ void spread(float *dst, const float *src, const int *slot, int cols, int ld, int k) {
	spread_of(dst, src, slot, cols, ld, k);
}
extern "C" __global__ void spread_bf16(bf16 *dst, const float *src, const int *slot, int cols, int ld, int k) {
	spread_of(dst, src, slot, cols, ld, k);
}

// combine: dst = base + Σ weight·src over a token's slots; without weights each counts once, without base it is 0.
extern "C" __global__ void combine(float *dst, const float *base, const float *src, const int *slot,
	const float *weight, int cols, int k) {
	const wide t = blockIdx.x;
	for (int c = threadIdx.x; c < cols; c += blockDim.x) {
		float s = 0;
		for (int j = 0; j < k; j++)
			s += (weight ? weight[t * k + j] : 1) * src[(wide)slot[t * k + j] * cols + c];
		dst[t * cols + c] = base ? s + base[t * cols + c] : s;
	}
}

// combine_backward: the gradients of a token's slots, whose rows in dsrc lie ld apart, and of its weights.
template <class T> __device__ void combine_backward_of(T *dsrc, float *dw, const float *ddst, const float *src,
	const int *slot, const float *weight, int cols, int ld, int k) {
	const wide t = blockIdx.x;
	for (int j = 0; j < k; j++) {
		const wide at = slot[t * k + j];
		float dot = 0;
		for (int c = threadIdx.x; c < cols; c += blockDim.x) {
			const float g = ddst[t * cols + c];
			dot += g * src[at * cols + c], store(dsrc + at * ld + c, weight[t * k + j] * g);
		}
		dot = total(dot);
		if (threadIdx.x == 0) dw[t * k + j] = dot;
	}
}
extern "C" __global__ void combine_backward(float *dsrc, float *dw, const float *ddst, const float *src,
	const int *slot, const float *weight, int cols, int ld, int k) {
	combine_backward_of(dsrc, dw, ddst, src, slot, weight, cols, ld, k);
}
extern "C" __global__ void combine_backward_bf16(bf16 *dsrc, float *dw, const float *ddst, const float *src,
	const int *slot, const float *weight, int cols, int ld, int k) {
	combine_backward_of(dsrc, dw, ddst, src, slot, weight, cols, ld, k);
}
