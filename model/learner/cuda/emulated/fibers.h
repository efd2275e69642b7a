// CUDA on a CPU, as far as our kernels use it: a block's threads are fibers, and blocks run one after another. It is
// unkind on purpose. Threads take turns in one of four orders: bit 0 of the order is from the last to the first, bit 1
// each warp as far as it gets alone. An asynchronous copy happens as late as its wait allows in orders 0 and 3, and at
// once in 1 and 2. Where an order changes a result, a barrier is missing.
#pragma once
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>
#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

struct dim3 {
	unsigned x = 1, y = 1, z = 1;
};
static dim3 threadIdx, blockIdx, blockDim, gridDim;
enum { warpSize = 32 };

// Static shared memory of all kernels lies in one section of the library.
extern "C" char __start_emu_shared[], __stop_emu_shared[];
static char leastShared[16] __attribute__((section("emu_shared"), used)); // where no kernel has any

namespace emu {
static const int mostThreads = 1024;
static const size_t page = 4096;
// A stack's size; a stride of whole pages would put the tops of all into the same few lines of a cache.
static const size_t stackSize = (128 << 10) + 320;

enum State : unsigned char { ready, atWarp, atBlock, done };

// What a thread waits for together with its warp, and what it brings. The warp's work is done once all are there.
enum Kind : unsigned char { aSync, aShuffle, aBallot, aMatrixLoad, aMatrixProduct };
struct Ask {
	Kind kind;
	bool transposed;
	int lane, count;
	unsigned bits;
	unsigned mask;
	const void *row;
	unsigned *out;
	float *d;
	const unsigned *a, *b;
};

// An asynchronous copy to shared memory that has not happened yet.
struct Copy {
	char *to;
	const char *from;
	int bytes, size, group;
};

struct Fiber {
	void *sp;
	dim3 index;
	Ask ask;
	int group; // of copies, the present one
	std::vector<Copy> copies;
};

static Fiber fiber[mostThreads];
static State state[mostThreads];
// Warp is how many threads of a warp can run, wait with it, and are not done.
struct Warp {
	int ready, waiting, living;
};
static Warp warps[mostThreads / 32];
static int living, atBarrier; // threads of the block that are not done, and that wait at its barrier
static char *stacks;
static void *home; // where the scheduler goes on
static int now, threads, order;
static const std::function<void()> *body;

// The launch that runs, for what is said of it where it fails.
static const char *kernelName = "";
static std::string failure; // what went wrong in it, empty where nothing did
static bool illegal;        // whether that was an access to memory
static char *dynamicShared; // its dynamic shared memory,
static size_t dynamicBytes; // and how much it is

// Barriers have numbers, and one of them may be left out.
static int site = -1, leftOut = -1;
static std::vector<long> hits;
static void at(int s) {
	site = s;
	if ((size_t)s >= hits.size()) hits.resize(s + 1);
	hits[s]++;
}
// skips reports whether the barrier that begins is to be left out.
static bool skips() {
	const int s = site;
	site = -1;
	return s >= 0 && s == leftOut;
}

// emu_change saves what a call keeps (System V, amd64), and goes on where another fiber was.
extern "C" void emu_change(void **from, void *to);
asm(R"(
.text
emu_change:
	pushq %rbp; pushq %rbx; pushq %r12; pushq %r13; pushq %r14; pushq %r15
	movq %rsp, (%rdi)
	movq %rsi, %rsp
	popq %r15; popq %r14; popq %r13; popq %r12; popq %rbx; popq %rbp
	ret
)");

static void wait(State s) {
	Warp &w = warps[now / 32];
	state[now] = s, w.ready--;
	if (s == atWarp) w.waiting++;
	else if (s == atBlock) atBarrier++;
	else w.living--, living--;
	emu_change(&fiber[now].sp, home);
}
// finish ends a thread.
[[noreturn]] static void finish() {
	wait(done);
	abort(); // nobody runs it any more
}

// fail ends the launch with a sentence; the thread goes no further.
[[noreturn]] static void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void fail(const char *format, ...) {
	char text[512];
	va_list list;
	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	if (failure.empty()) {
		char place[256];
		snprintf(place, sizeof place, "kernel %s, block (%u, %u, %u), thread %d: ", kernelName, blockIdx.x, blockIdx.y,
			blockIdx.z, now);
		failure = std::string(place) + text;
	}
	finish();
}

// Shared memory is what kernels say it is.
static bool isShared(const void *p, size_t n) {
	const char *c = (const char *)p;
	return (c >= dynamicShared && c + n <= dynamicShared + dynamicBytes) ||
		(c >= __start_emu_shared && c + n <= __stop_emu_shared);
}

static void carryOut(const Copy &c) {
	memcpy(c.to, c.from, c.size);
	memset(c.to + c.size, 0, c.bytes - c.size);
}

static void startCopy(void *to, const void *from, int bytes, int size) {
	if (bytes != 4 && bytes != 8 && bytes != 16) fail("an asynchronous copy of %d bytes", bytes);
	if (size < 0 || size > bytes) fail("an asynchronous copy of %d of %d bytes", size, bytes);
	if ((uintptr_t)to % bytes || (size && (uintptr_t)from % bytes))
		fail("an asynchronous copy of %d bytes from %p to %p, which are not aligned", bytes, from, to);
	if (!isShared(to, bytes)) fail("an asynchronous copy to %p, which is not in shared memory", to);
	const Copy c = {(char *)to, (const char *)from, bytes, size, fiber[now].group};
	if (order == 1 || order == 2) carryOut(c);
	else fiber[now].copies.push_back(c);
}
static void commitCopies() { fiber[now].group++; }
static void waitCopies(int groups) {
	if (skips()) return;
	Fiber &f = fiber[now];
	size_t kept = 0;
	for (size_t i = 0; i < f.copies.size(); i++) {
		if (f.copies[i].group < f.group - groups) carryOut(f.copies[i]);
		else f.copies[kept++] = f.copies[i];
	}
	f.copies.resize(kept);
}

static void warpWork(int first, int lanes); // what the lanes ask for

// sweep runs the threads of a warp that can run, once, and does what the warp waits for where all living ones wait; it
// is false where none could run.
static bool sweep(int first) {
	Warp &w = warps[first / 32];
	if (!w.ready) return false;
	const int lanes = std::min(threads - first, 32);
	for (int i = 0; i < lanes; i++) {
		now = first + (order & 1 ? lanes - 1 - i : i);
		if (state[now] != ready) continue;
		threadIdx = fiber[now].index;
		emu_change(&home, fiber[now].sp);
		if (!failure.empty()) return false;
	}
	if (w.waiting && w.waiting == w.living) {
		warpWork(first, lanes);
		for (int i = 0; i < lanes; i++)
			if (state[first + i] == atWarp) state[first + i] = ready;
		w.ready = w.waiting, w.waiting = 0;
	}
	return true;
}

// pass runs every warp on, in step with the others or as far as it gets alone; then it opens the block's barrier where
// all living threads wait there. It is false where the block is over.
static bool pass() {
	bool moved = false;
	for (int i = 0; i < threads; i += 32) {
		const int warp = order & 1 ? (threads - 1) / 32 * 32 - i : i;
		while (sweep(warp)) {
			moved = true;
			if (!(order & 2)) break;
		}
		if (!failure.empty()) return false;
	}
	if (living && atBarrier == living) {
		for (int i = 0; i < threads; i++)
			if (state[i] == atBlock) state[i] = ready, warps[i / 32].ready++;
		atBarrier = 0;
	} else if (!moved && living) {
		char text[256];
		snprintf(text, sizeof text,
			"kernel %s, block (%u, %u, %u): its threads wait for each other at different barriers", kernelName,
			blockIdx.x, blockIdx.y, blockIdx.z);
		failure = text;
		return false;
	}
	return living;
}

static void begin() {
	(*body)();
	finish();
}

static void runBlock() {
	memset(__start_emu_shared, 0xff, __stop_emu_shared - __start_emu_shared);
	memset(dynamicShared, 0xff, dynamicBytes);
	for (int i = 0; i < threads; i++) {
		void **top = (void **)(stacks + (i + 1) * stackSize - 64);
		top[0] = (void *)begin; // returned to, on a stack aligned as after a call
		Fiber &f = fiber[i];
		f.sp = top - 6, f.group = 0, state[i] = ready;
		f.copies.clear();
	}
	for (int i = 0; i < threads; i += 32) {
		const int lanes = std::min(threads - i, 32);
		warps[i / 32] = {lanes, 0, lanes};
	}
	living = threads, atBarrier = 0;
	site = -1;
	while (pass()) {}
}

// crashed is where a thread goes on that has touched what is not its memory.
static void crashed() { finish(); }

static std::string describe(uintptr_t address); // says where an address is, near the memory that was allocated
static pthread_t runner;
static std::atomic<bool> running;
static const int caught[] = {SIGSEGV, SIGBUS, SIGILL}, kinds = 3;
static struct sigaction before[kinds];

static void onSignal(int number, siginfo_t *info, void *context) {
	ucontext_t *u = (ucontext_t *)context;
	const char *sp = (const char *)u->uc_mcontext.gregs[REG_RSP];
	const bool ours = running && pthread_equal(runner, pthread_self()) && sp >= stacks &&
		sp < stacks + mostThreads * stackSize;
	if (!ours) {
		const struct sigaction &old = before[number == SIGBUS ? 1 : number == SIGILL ? 2 : 0];
		if (old.sa_flags & SA_SIGINFO) old.sa_sigaction(number, info, context);
		else if (old.sa_handler != SIG_DFL && old.sa_handler != SIG_IGN) old.sa_handler(number);
		else signal(number, SIG_DFL);
		return;
	}
	if (failure.empty()) {
		char place[256];
		snprintf(place, sizeof place, "kernel %s, block (%u, %u, %u), thread %d: ", kernelName,
			blockIdx.x, blockIdx.y, blockIdx.z, now);
		failure = place;
		failure += number == SIGILL ? "an access that is not aligned" : // what a sanitizer stops at
			"memory that is not its own: " + describe((uintptr_t)info->si_addr);
		illegal = true;
	}
	u->uc_mcontext.gregs[REG_RSP] = (greg_t)(stacks + (now + 1) * stackSize - 72);
	u->uc_mcontext.gregs[REG_RIP] = (greg_t)crashed;
}

// launch runs all blocks of a kernel. Where one fails, failure says why.
static void launch(const char *name, dim3 grid, dim3 block, size_t shared, const std::function<void()> &f) {
	static const size_t room = 256 << 10;
	if (!stacks) {
		stacks = (char *)mmap(0, mostThreads * stackSize, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		dynamicShared = (char *)mmap(0, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		mprotect(dynamicShared + room, page, PROT_NONE);
		dynamicShared += room;
	}
	// It ends at a page that cannot be touched.
	dynamicShared += (ptrdiff_t)dynamicBytes;
	dynamicBytes = (shared + 127) / 128 * 128;
	dynamicShared -= (ptrdiff_t)dynamicBytes;

	kernelName = name, failure.clear(), illegal = false;
	gridDim = grid, blockDim = block, body = &f, threads = block.x * block.y * block.z;
	for (unsigned i = 0; (int)i < threads; i++)
		fiber[i].index = {i % block.x, i / block.x % block.y, i / (block.x * block.y)};

	runner = pthread_self(), running = true;
	struct sigaction action = {};
	action.sa_sigaction = onSignal;
	action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
	sigfillset(&action.sa_mask);
	for (int i = 0; i < kinds; i++) sigaction(caught[i], &action, &before[i]);
	for (blockIdx.z = 0; blockIdx.z < grid.z && failure.empty(); blockIdx.z++)
		for (blockIdx.y = 0; blockIdx.y < grid.y && failure.empty(); blockIdx.y++)
			for (blockIdx.x = 0; blockIdx.x < grid.x && failure.empty(); blockIdx.x++) runBlock();
	for (int i = 0; i < kinds; i++) sigaction(caught[i], &before[i], 0);
	running = false;
}

// Every kernel is known by its name. Binding copies its arguments, as a launch does.
using Bound = std::function<void()>;
struct Kernel {
	std::string name;
	int mostThreads; // of its launch bounds
	std::function<bool(void **)> fits; // whether there are as many arguments as parameters: a null ends them
	std::function<Bound(void **)> bind;
	size_t shared; // dynamic shared memory that it may use
	long launches;
};
static std::map<std::string, Kernel> &kernels() {
	static std::map<std::string, Kernel> all;
	return all;
}
template <class... A, size_t... I> static Bound bound(void (*f)(A...), void **args, std::index_sequence<I...>) {
	std::tuple<A...> copy(*(A *)args[I]...);
	return [f, copy] { std::apply(f, copy); };
}
template <class... A> static bool add(const char *name, int bounds, void (*f)(A...)) {
	kernels()[name] = {name, bounds,
		[](void **args) {
			for (size_t i = 0; i < sizeof...(A); i++)
				if (!args[i]) return false;
			return !args[sizeof...(A)];
		},
		[f](void **args) { return bound<A...>(f, args, std::index_sequence_for<A...>()); }, 48 << 10, 0};
	return true;
}
}
