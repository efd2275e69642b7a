// Routing: which experts a token takes, and the slots that they stand in.

// A warp does one token. Its lanes hold the experts in turn: lane i has i, i+32 and so on, up to most_experts; and in
// the same way the choices of a token, up to as many as there are for two in a lane.
enum { most_experts = 128, lane_experts = most_experts / 32, lane_choices = 2 };

// over_warp joins one number a lane by a tree of fixed shape; all lanes get the result.
template <class F> __device__ float over_warp(float x, F f) {
	for (int d = 16; d > 0; d /= 2) x = f(x, __shfl_xor_sync(~0u, x, d));
	return x;
}
__device__ float warp_total(float x) { return over_warp(x, [](float a, float b) { return a + b; }); }
__device__ float warp_largest(float x) { return over_warp(x, [](float a, float b) { return fmaxf(a, b); }); }

// route turns a token's logits into probabilities, and chooses its k experts: the most probable first, and of equal ones
// the lower. Their weights are their probabilities over the sum of those. What is no number counts less than any: there
// are always k different experts.
extern "C" __global__ void __launch_bounds__(256) route(float *__restrict__ logits, float *__restrict__ lse,
	int *__restrict__ choice, float *__restrict__ weight, int tokens, int experts, int k) {
	const int t = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32, lane = threadIdx.x % 32;
	if (t >= tokens) return;
	logits += (wide)t * experts;
	float p[lane_experts], top = -INF, sum = 0;
	for (int i = 0; i < lane_experts; i++) {
		p[i] = lane + 32 * i < experts ? logits[lane + 32 * i] : -INF;
		top = fmaxf(top, p[i]);
	}
	top = warp_largest(top);
	for (int i = 0; i < lane_experts; i++) {
		p[i] = lane + 32 * i < experts ? expf(p[i] - top) : 0;
		sum += p[i];
	}
	sum = warp_total(sum);
	if (lane == 0) lse[t] = top + logf(sum);

	float key[lane_experts]; // what choices go by: below -1 where there is nothing to choose
	for (int i = 0; i < lane_experts; i++) {
		p[i] /= sum;
		const bool there = lane + 32 * i < experts;
		if (there) logits[lane + 32 * i] = p[i];
		key[i] = !there ? -2 : p[i] >= 0 ? p[i] : -1;
	}
	float mine[lane_choices], chosen = 0;
	int which[lane_choices];
	for (int j = 0; j < k; j++) {
		float best = -2, value = 0;
		int at = most_experts;
		for (int i = 0; i < lane_experts; i++)
			if (key[i] > best) best = key[i], at = lane + 32 * i, value = p[i];
		for (int d = 16; d > 0; d /= 2) {
			const float other = __shfl_xor_sync(~0u, best, d), its = __shfl_xor_sync(~0u, value, d);
			const int there = __shfl_xor_sync(~0u, at, d);
			if (other > best || (other == best && there < at)) best = other, at = there, value = its;
		}
		for (int i = 0; i < lane_experts; i++)
			if (at == lane + 32 * i) key[i] = -2;
		for (int i = 0; i < lane_choices; i++)
			if (j == lane + 32 * i) mine[i] = value, which[i] = at;
		chosen += value;
	}
	for (int i = 0; i < lane_choices; i++)
		if (lane + 32 * i < k) {
			choice[(wide)t * k + lane + 32 * i] = which[i];
			weight[(wide)t * k + lane + 32 * i] = mine[i] / chosen;
		}
}

// route_backward: dlogits from the gradients dw of the weights, from the load-balancing loss (aux times each expert's
// share of the slots) and from the z-loss.
extern "C" __global__ void __launch_bounds__(256) route_backward(float *__restrict__ dlogits,
	const float *__restrict__ dw, const float *__restrict__ prob, const float *__restrict__ lse,
	const int *__restrict__ choice, const float *__restrict__ weight, const int *__restrict__ off, int tokens,
	int experts, int k, float aux, float z) {
	const int t = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32, lane = threadIdx.x % 32;
	if (t >= tokens) return;
	const float slots = (float)off[experts];
	float p[lane_experts], out[lane_experts], mean = 0, sum = 0, dot = 0;
	for (int i = 0; i < lane_experts; i++) {
		const int e = lane + 32 * i;
		p[i] = e < experts ? prob[(wide)t * experts + e] : 0;
		out[i] = e < experts ? (float)(off[e + 1] - off[e]) / slots * aux : 0;
	}
	for (int j = 0; j < k; j++) { // the same in every lane
		const wide at = (wide)t * k + j;
		mean += dw[at] * weight[at], sum += prob[(wide)t * experts + choice[at]];
	}
	for (int j = 0; j < k; j++) {
		const wide at = (wide)t * k + j;
		const float d = (dw[at] - mean) / sum;
		for (int i = 0; i < lane_experts; i++)
			if (choice[at] == lane + 32 * i) out[i] += d;
	}
	for (int i = 0; i < lane_experts; i++) dot += out[i] * p[i];
	dot = warp_total(dot);
	for (int i = 0; i < lane_experts; i++)
		if (lane + 32 * i < experts)
			dlogits[(wide)t * experts + lane + 32 * i] = p[i] * (out[i] - dot + 2 * z * lse[t]);
}

// Slots stand sorted by expert, and those of an expert by token. A chunk is so many (token, expert) pairs in order:
// rank gives each of a chunk its place among those of its expert there, and counts (chunks, experts) how many these are;
// bounds turns counts into where each chunk's slots of an expert begin, and finds where those of each expert do; place
// adds that.
enum { slot_chunk = 1024, counts_at_once = 8 };

extern "C" __global__ void __launch_bounds__(256) rank(int *__restrict__ slot, int *__restrict__ counts,
	const int *__restrict__ choice, int count, int experts) {
	__shared__ int taken[slot_chunk], place_of[slot_chunk];
	const int from = blockIdx.x * slot_chunk, n = count - from < slot_chunk ? count - from : slot_chunk;
	for (int i = threadIdx.x; i < n; i += blockDim.x) taken[i] = choice[from + i];
	__syncthreads();
	for (int e = threadIdx.x; e < experts; e += blockDim.x) {
		int before = 0;
		for (int i = 0; i < n; i++)
			if (taken[i] == e) place_of[i] = before++;
		counts[blockIdx.x * experts + e] = before;
	}
	__syncthreads();
	for (int i = threadIdx.x; i < n; i += blockDim.x) slot[from + i] = place_of[i];
}
// One block of at least as many threads as there are experts.
extern "C" __global__ void __launch_bounds__(most_experts) bounds(int *__restrict__ off, int *counts, int chunks,
	int experts) {
	__shared__ int first[most_experts + 1];
	const int e = threadIdx.x;
	int n = 0;
	if (e < experts) {
#pragma unroll 8
		for (int c = 0; c < chunks; c++) n += counts[c * experts + e];
	}
	first[e + 1] = n;
	if (e == 0) first[0] = 0;
	__syncthreads();
	if (e == 0)
		for (int i = 0; i < experts; i++) first[i + 1] += first[i];
	__syncthreads();
	if (e <= experts) off[e] = first[e];
	if (e == 0) off[experts] = first[experts];
	if (e >= experts) return;
	n = first[e];
	for (int c = 0; c < chunks; c += counts_at_once) { // all are read before the first is written over
		int here[counts_at_once];
#pragma unroll
		for (int i = 0; i < counts_at_once; i++)
			if (c + i < chunks) here[i] = counts[(c + i) * experts + e];
#pragma unroll
		for (int i = 0; i < counts_at_once; i++)
			if (c + i < chunks) counts[(c + i) * experts + e] = n, n += here[i];
	}
}
extern "C" __global__ void __launch_bounds__(256) place(int *__restrict__ slot, const int *__restrict__ choice,
	const int *__restrict__ counts, int count, int experts) {
	const int i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i < count) slot[i] += counts[i / slot_chunk * experts + choice[i]];
}
