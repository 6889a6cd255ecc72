// Calls of Linux that Swift cannot reach or cannot spell: no header in the Glibc module, a macro
// that does not import, or no function in the C library at all.
//
// Each returns -1 (or what is said) on failure and leaves the reason in errno, as its call does.
// Nothing here keeps state. Every descriptor made here is close-on-exec.
#pragma once

#include <stdint.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/types.h>

#pragma clang assume_nonnull begin

// A counter to poll on, not blocking: readable while it is not zero.
int weir_eventfd(void);

// Adds one to the counter, so that it becomes readable. Callable from any thread.
int weir_eventfd_signal(int descriptor);

// Sets the counter back to zero, so that it is no longer readable.
void weir_eventfd_clear(int descriptor);

// Waits for descriptors, at most so many nanoseconds; negative: without end. Returns how many are
// ready.
int weir_poll(struct pollfd *descriptors, size_t count, int64_t nanoseconds);

// How late the calling thread may be woken from a wait with a time-out.
int weir_set_timer_slack(unsigned long nanoseconds);

// A descriptor that becomes readable when the process ends. The process must not have been waited
// for yet, or the number may already belong to a stranger.
int weir_pidfd_open(pid_t process);

// Sends a signal to the very process that was opened, never to a later one of the same number.
int weir_pidfd_send_signal(int descriptor, int signal);

// Asks for `signal` when the *thread* that spawned this process ends.
int weir_set_parent_death_signal(int signal);

// Names the calling thread as `ps` and `top` show it; at most 15 bytes are kept.
int weir_set_thread_name(const char *name);

// A descriptor, not blocking, from which the signals of `set` are read once they are blocked.
int weir_signalfd(const sigset_t *set);

// The number of the next signal that has come, 0 if there is none.
int weir_signalfd_next(int descriptor);

// Renames unless the new name exists (EEXIST); EINVAL or ENOSYS where the file system cannot.
int weir_rename_exclusively(const char *from, const char *to);

// Sends the bytes from `begun` to `end` on their way to the disk, and waits for those from `arrived` to
// `begun`, which were sent before. A hint: what it cannot do is left to fsync.
void weir_send_on(int descriptor, int64_t arrived, int64_t begun, int64_t end);

// A pipe, both ends close-on-exec: first where to read, then where to write.
int weir_pipe(int ends[_Nonnull 2]);

// Has a spawned process close every descriptor from `first` on; returns an error number.
int weir_spawn_close_from(posix_spawn_file_actions_t *actions, int first);

// Asks for huge pages under the whole pages of a range.
int weir_advise_huge_pages(void *start, size_t length);

// The next process of ours that has ended and is not yet waited for, without waiting for it;
// 0 if there is none.
pid_t weir_ended_child(void);

#pragma clang assume_nonnull end
