/*
 * fiber.c: POSIX.1-2001's contexts, each with a stack above a page that
 * nobody may touch. AddressSanitizer is told of every change of stacks.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/fiber.h"
#include "base/insist.h"
#include "base/log.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#define STACK_BYTES ((size_t)1024 * 1024)
#define LEAVE(kept, stack, size)                                               \
	__sanitizer_start_switch_fiber(kept, stack, size)
#define ARRIVE(kept, stack, size)                                              \
	__sanitizer_finish_switch_fiber(kept, stack, size)
#else
#define STACK_BYTES ((size_t)256 * 1024)
#define LEAVE(kept, stack, size) ((void)(kept))
#define ARRIVE(kept, stack, size) ((void)(kept))
#endif

struct fiber {
	ucontext_t here, back; /* where it is put aside; who goes on then */
	char *stack;           /* NULL: it was never used */
	fiber_work *work;      /* NULL: it is free */
	void *arg;
	const void *back_stack; /* the other side's, for the sanitizer */
	size_t back_size;
};

static _Thread_local struct fiber fibers[FIBERS_MOST];
static _Thread_local struct fiber *current;

struct fiber *
fiber_current(void)
{
	return current;
}

/* Back to who started or resumed it. */
static void
fiber_leave(struct fiber *f)
{
	void *kept = NULL;

	current = NULL;
	LEAVE(&kept, f->back_stack, f->back_size);
	insist(swapcontext(&f->here, &f->back) == 0);
	ARRIVE(kept, &f->back_stack, &f->back_size);
}

void
fiber_park(void)
{
	char request[64];

	insist(current);
	snprintf(request, sizeof(request), "%s", log_request_id());
	fiber_leave(current);
	log_request(request);
}

/* A fiber's first function: one work after the other. */
static void
fiber_main(void)
{
	struct fiber *f = current;

	ARRIVE(NULL, &f->back_stack, &f->back_size);
	for (;;) {
		f->work(f->arg);
		f->work = NULL;
		fiber_leave(f);
	}
}

static void
fiber_build(struct fiber *f)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	f->stack = mmap(NULL, page + STACK_BYTES, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
	insist(f->stack != MAP_FAILED);
	insist(mprotect(f->stack, page, PROT_NONE) == 0);
	f->stack += page;
	insist(getcontext(&f->here) == 0);
	f->here.uc_stack.ss_sp = f->stack;
	f->here.uc_stack.ss_size = STACK_BYTES;
	makecontext(&f->here, fiber_main, 0);
}

void
fiber_resume(struct fiber *f)
{
	void *kept = NULL;

	insist(!current && f->work);
	current = f;
	LEAVE(&kept, f->stack, STACK_BYTES);
	insist(swapcontext(&f->back, &f->here) == 0);
	ARRIVE(kept, NULL, NULL);
}

bool
fiber_start(fiber_work *work, void *arg)
{
	for (struct fiber *f = fibers; f < fibers + FIBERS_MOST; f++) {
		if (f->work)
			continue;
		if (!f->stack)
			fiber_build(f);
		f->work = work;
		f->arg = arg;
		fiber_resume(f);
		return true;
	}
	return false;
}
