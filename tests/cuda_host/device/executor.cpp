// A block's threads are fibers on one thread of the host. A fiber is used up only by a thread that waits:
// threads that meet no barrier follow each other on one stack. Blocks run one after another.
//
// Under ThreadSanitizer (GUISE_TSAN) each thread of a block is a fiber that it knows; a switch orders
// nothing, only barriers, shuffles and the ends of a launch do. So a missing barrier is a race in every
// order, and so are two blocks that touch one place. This file itself is compiled without -fsanitize=thread: the scheduler must not be seen, and does not
// allocate or call intercepted functions while a block runs.
#include "support/sanitizers.hpp"

#include <cuda_runtime.h>
#include <pthread.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#ifdef GUISE_TSAN
#include <sanitizer/tsan_interface.h>
#else
#define __tsan_acquire(at)
#define __tsan_release(at)
#define __tsan_switch_to_fiber(fiber, flag)
#endif
#ifdef GUISE_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, n)
#define ASAN_UNPOISON_MEMORY_REGION(at, n)
#define __sanitizer_start_switch_fiber(...)
#define __sanitizer_finish_switch_fiber(...)
#endif

thread_local uint3 threadIdx, blockIdx;
thread_local dim3 blockDim, gridDim;

// Saves what a call must keep, exchanges stacks, restores.
extern "C" void guise_switch(void** from, void* to);
asm(".text\n.type guise_switch,@function\nguise_switch:\n"
    "push %rbp; push %rbx; push %r12; push %r13; push %r14; push %r15; mov %rsp,(%rdi)\n"
    "mov %rsi,%rsp; pop %r15; pop %r14; pop %r13; pop %r12; pop %rbx; pop %rbp; ret\n"
    ".size guise_switch,.-guise_switch\n");

namespace gpu {

unsigned seed = 0;
void open_memory(bool);

namespace {

#ifdef GUISE_TSAN
constexpr bool own_stacks = true;  // a stack that is used again would be a race
constexpr int slots = 2;
#else
constexpr bool own_stacks = false;
constexpr int slots = 1;
#endif
constexpr std::size_t stack_bytes = 64 << 10, page = 4096, shared_bytes = 48 << 10, fence = 64;

struct Fiber {
  char* stack = nullptr;
  std::size_t size = 0;
  void *stack_pointer = nullptr, *fake_stack = nullptr;
};
enum class State : char { ready, at_block, at_warp, done };
struct Thread {
  Fiber* fiber = nullptr;  // where it waits
  State state = State::ready;
  int line = 0, source = 0;
  unsigned mask = 0;
  std::uint64_t value = 0;
#ifdef GUISE_TSAN
  void* tsan = __tsan_create_fiber(0);
#endif
};
struct Warp {
  unsigned arrived = 0, turn = 0;
  char sync[2];
};
struct Piece {
  const void* name;
  void* at;
};

// What a block runs in. Blocks of one slot follow each other; those of different slots are not ordered.
struct Slot {
  std::vector<std::unique_ptr<Fiber>> fibers;
  std::vector<Fiber*> idle;
  std::vector<Thread> threads;
  std::vector<Warp> warps;
  std::unique_ptr<char[]> arena{new char[shared_bytes + page]};
  std::size_t used = shared_bytes + page;
  char sync[2], done;  // only their addresses matter
};

struct Executor {
  Fiber main, *current = &main;
  std::array<Slot, slots> all_slots;
  Slot* slot = &all_slots[0];
  std::vector<int> ready;
  std::vector<Piece> pieces;
  std::minstd_rand random;
  int running = 0, waiting = 0, left = 0, next = 0, one = 0, two = 0;
  unsigned turn = 0;
  const char* wrong = nullptr;
  char begun;  // only its address matters
  void* tsan_main = nullptr;
  const void* argument = nullptr;
  void (*body)(const void*) = nullptr;

  Executor() {
    pthread_attr_t attributes;
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getstack(&attributes, reinterpret_cast<void**>(&main.stack), &main.size);
    pthread_attr_destroy(&attributes);
    pieces.reserve(64);
  }
  static Executor& here() {
    static thread_local Executor executor;
    return executor;
  }

  // ---- fibers ----
  static void worker() {
    __sanitizer_finish_switch_fiber(nullptr, nullptr, nullptr);
    for (Executor& e = here();;) {
      e.resume();
      __tsan_acquire(&e.begun);
      __tsan_acquire(&e.slot->done);
      e.body(e.argument);
      __tsan_release(&e.slot->done);
      e.slot->threads[e.running].state = State::done;
      --e.left;
      const int t = e.pick();
      if (!own_stacks && t >= 0 && !e.slot->threads[t].fiber) {
        e.next = t;  // begins here: no switch at all
        continue;
      }
      if (!own_stacks) e.slot->idle.push_back(e.current);
      e.go(t);
    }
  }
  void grow(int n) {  // before a block starts, so that no fiber ever allocates
    if (int(slot->threads.size()) < n) slot->threads.resize(n), slot->idle.reserve(n), ready.reserve(n);
    slot->warps.assign((n + 31) / 32, {});
    while (int(slot->fibers.size()) < n) {
      auto f = std::make_unique<Fiber>();
      void* const mapped = mmap(nullptr, page + stack_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      f->stack = page + static_cast<char*>(mapped);  // below it: a guard page
      f->size = stack_bytes;
      mprotect(f->stack, f->size, PROT_READ | PROT_WRITE);
      void** top = reinterpret_cast<void**>(f->stack + f->size) - 3;  // as after a call: 8 off 16
      top[-1] = reinterpret_cast<void*>(&worker);
      f->stack_pointer = top - 7;
      slot->idle.push_back(f.get());
      slot->fibers.push_back(std::move(f));
    }
  }
  Fiber* fresh(int t) {
    if (own_stacks) return slot->fibers[t].get();
    Fiber* f = slot->idle.back();
    slot->idle.pop_back();
    return f;
  }
  void go(int t) {  // to thread t, or to the loop over blocks when nobody is ready
    Fiber *from = current, *to = t < 0 ? &main : slot->threads[t].fiber ? slot->threads[t].fiber : fresh(t);
    next = t;
    current = to;
    if (t < 0) { __tsan_switch_to_fiber(tsan_main, 1); }
    if (from == to) return;
    __sanitizer_start_switch_fiber(&from->fake_stack, to->stack, to->size);
    guise_switch(&from->stack_pointer, to->stack_pointer);
    __sanitizer_finish_switch_fiber(from->fake_stack, nullptr, nullptr);
  }
  void resume() {
    running = next;
    slot->threads[running].fiber = nullptr;
    const unsigned k = running;
    threadIdx = {k % blockDim.x, k / blockDim.x % blockDim.y, k / blockDim.x / blockDim.y};
    __tsan_switch_to_fiber(slot->threads[running].tsan, 1);  // 1: a switch orders nothing
  }

  // ---- threads ----
  int pick() {
    if (ready.empty()) return -1;
    if (seed > 1) std::swap(ready[random() % ready.size()], ready.back());
    const int t = ready.back();
    ready.pop_back();
    return t;
  }
  void wait() {
    slot->threads[running].fiber = current;
    go(pick());
    resume();
  }
  void wake(int t) {
    slot->threads[t].state = State::ready;
    ready.push_back(t);
  }
  void wake_all(int n) {
    for (int k = 0; k < n; ++k) wake(seed == 0 ? n - 1 - k : k);
  }
  [[noreturn]] void fail(const char* what, int a, int b) {  // this stack is never unwound: it owns nothing
    wrong = what, one = a, two = b;
    for (;;) go(-1);
  }
  std::string where(int t) const {
    const Thread& x = slot->threads[t];
    const std::string who = "thread " + std::to_string(t);
    if (x.state == State::done) return who + " has returned";
    return who + (x.state == State::at_block ? " is at __syncthreads, line " : " is at a shuffle, line ") +
           std::to_string(x.line);
  }

  void block(int n) {
    slot = &all_slots[random() % slots];
    grow(n);
    left = n, waiting = 0, turn = 0;
    ready.clear(), pieces.clear();
    for (int k = 0; k < n; ++k) slot->threads[k].fiber = nullptr;
    wake_all(n);
#ifndef GUISE_TSAN  // which would see this thread write there
    ASAN_UNPOISON_MEMORY_REGION(slot->arena.get(), slot->used);
    std::memset(slot->arena.get(), 0xff, slot->used);  // what the block before has left
    ASAN_POISON_MEMORY_REGION(slot->arena.get(), slot->used);
#endif
    slot->used = fence;
    go(pick());
    if (left) diverged(n);
  }
  [[noreturn]] void diverged(int n) {
    if (!wrong) {  // nobody is ready, somebody waits
      wrong = "barrier divergence";
      one = two = 0;
      const std::vector<Thread>& threads = slot->threads;
      for (int k = 0; k < n; ++k)
        if (threads[k].state != threads[0].state || threads[k].line != threads[0].line) two = k;
    }
    const std::string text =
        std::exchange(wrong, nullptr) + (": " + where(one)) + (one != two ? ", " + where(two) : "");
    for (int k = 0; k < n; ++k) {
      __tsan_switch_to_fiber(slot->threads[k].tsan, 1);
      __tsan_release(&slot->done);
    }
    __tsan_switch_to_fiber(tsan_main, 1);
    for (auto& f : slot->fibers) {  // abandoned where they stand, with frames whose ends are poisoned
#ifdef GUISE_ADDRESS_SANITIZER
      ASAN_UNPOISON_MEMORY_REGION(f->stack, f->size);
#endif
      munmap(f->stack - page, f->size + page);
    }
    slot->fibers.clear(), slot->idle.clear();
    throw std::runtime_error("block " + std::to_string(blockIdx.x) + "," + std::to_string(blockIdx.y) + "," +
                             std::to_string(blockIdx.z) + ": " + text);
  }
};

}  // namespace

int lane() { return Executor::here().running % 32; }

void* shared(const void* name, std::size_t bytes) {
  Executor& e = Executor::here();
  for (const Piece& piece : e.pieces)
    if (piece.name == name) return piece.at;
  char* at = e.slot->arena.get() + e.slot->used;
  if (e.slot->used + bytes > shared_bytes) e.fail("more than 48 KiB of shared memory", e.running, e.running);
  ASAN_UNPOISON_MEMORY_REGION(at, bytes);
  e.slot->used += (bytes + fence + 15) / 16 * 16;
  e.pieces.push_back({name, at});
  return at;
}

void check_launch(dim3 grid, dim3 block) {
  const std::size_t threads = std::size_t(block.x) * block.y * block.z,
                    blocks = std::size_t(grid.x) * grid.y * grid.z;
  if (!threads || threads > 1024 || block.z > 64 || !blocks || grid.x > 0x7fffffff || grid.y > 65535 ||
      grid.z > 65535)
    throw std::runtime_error("invalid launch configuration");
}

void run(dim3 grid, dim3 block, void (*body)(const void*), const void* argument) {
  check_launch(grid, block);
  const std::size_t threads = std::size_t(block.x) * block.y * block.z,
                    blocks = std::size_t(grid.x) * grid.y * grid.z;
  Executor& e = Executor::here();
  e.body = body;
  e.argument = argument;
  blockDim = block;
  gridDim = grid;
  e.random.seed(seed + 1);
#ifdef GUISE_TSAN
  e.tsan_main = __tsan_get_current_fiber();
#endif
  std::vector<unsigned> order(blocks);
  for (std::size_t k = 0; k < blocks; ++k) order[k] = unsigned(seed == 1 ? blocks - 1 - k : k);
  if (seed > 1) std::shuffle(order.begin(), order.end(), e.random);
  struct Launch {
    Launch() {
      open_memory(true);
      __tsan_release(&Executor::here().begun);
    }
    ~Launch() {
      for ([[maybe_unused]] Slot& slot : Executor::here().all_slots) __tsan_acquire(&slot.done);
      open_memory(false);
    }
  } launch;
  for (unsigned k : order) {
    blockIdx = {k % grid.x, k / grid.x % grid.y, k / grid.x / grid.y};
    e.block(int(threads));
  }
}

void block_barrier(int line) {
  Executor& e = Executor::here();
  Thread& me = e.slot->threads[e.running];
  me.state = State::at_block;
  me.line = line;
  const int n = int(blockDim.x * blockDim.y * blockDim.z);
  // Two in turn, or a fast thread's next release would order too much.
  [[maybe_unused]] char* sync = &e.slot->sync[e.turn % 2];
  __tsan_release(sync);
  if (++e.waiting == n) {
    e.waiting = 0;
    ++e.turn;
    for (int k = 0; k < n; ++k)
      if (e.slot->threads[k].line != line) e.fail("barrier divergence", e.running, k);
    e.wake_all(n);
  }
  e.wait();
  __tsan_acquire(sync);
}

std::uint64_t exchange(unsigned mask, std::uint64_t value, int source, int line) {
  Executor& e = Executor::here();
  const int first = e.running / 32 * 32;
  Warp& w = e.slot->warps[e.running / 32];
  Thread& t = e.slot->threads[e.running];
  t.state = State::at_warp;
  t.line = line, t.mask = mask, t.source = source, t.value = value;
  if (!(mask >> lane() & 1) || !(mask >> source & 1)) e.fail("a lane outside the mask", e.running, e.running);
  w.arrived |= 1u << lane();
  [[maybe_unused]] char* sync = &w.sync[w.turn % 2];
  __tsan_release(sync);
  if ((w.arrived & mask) == mask) {
    std::uint64_t sent[32];
    for (int k = 0; k < 32; ++k) {
      if (!(mask >> k & 1)) continue;
      const Thread& other = e.slot->threads[first + k];
      if (other.mask != mask || other.line != line) e.fail("warp divergence", e.running, first + k);
      sent[k] = other.value;
    }
    for (int k = 31; k >= 0; --k)
      if (mask >> k & 1) {
        Thread& other = e.slot->threads[first + k];
        other.value = sent[other.source];
        e.wake(first + k);
      }
    w.arrived &= ~mask;
    ++w.turn;
  }
  e.wait();
  __tsan_acquire(sync);
  return t.value;
}

}  // namespace gpu
