#include "SyncCounter.h"

#ifdef __linux__

#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

// The executable's definitions come before libc's, also for the calls of SQLite's shared library. So every sync passes
// here on its way to the kernel.

static atomic_long calls;

int fsync(int descriptor) {
    atomic_fetch_add(&calls, 1);
    return (int)syscall(SYS_fsync, descriptor);
}

int fdatasync(int descriptor) {
    atomic_fetch_add(&calls, 1);
    return (int)syscall(SYS_fdatasync, descriptor);
}

long sync_counter_value(void) { return atomic_load(&calls); }

#else

long sync_counter_value(void) { return -1; }

#endif
