#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int weir_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

int weir_eventfd_signal(int descriptor) {
  int result;
  do {
    result = eventfd_write(descriptor, 1);
  } while (result != 0 && errno == EINTR);
  // A full counter is readable already.
  return (result != 0 && errno == EAGAIN) ? 0 : result;
}

void weir_eventfd_clear(int descriptor) {
  eventfd_t count;
  (void)eventfd_read(descriptor, &count);
}

int weir_poll(struct pollfd *descriptors, size_t count, int64_t nanoseconds) {
  if (nanoseconds < 0) return ppoll(descriptors, (nfds_t)count, NULL, NULL);
  struct timespec time = {(time_t)(nanoseconds / 1000000000), (long)(nanoseconds % 1000000000)};
  return ppoll(descriptors, (nfds_t)count, &time, NULL);
}

int weir_set_timer_slack(unsigned long nanoseconds) {
  return prctl(PR_SET_TIMERSLACK, nanoseconds, 0, 0, 0);
}

int weir_pidfd_open(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

int weir_pidfd_send_signal(int descriptor, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, descriptor, signal, NULL, 0);
}

int weir_set_parent_death_signal(int signal) {
  return prctl(PR_SET_PDEATHSIG, (unsigned long)signal, 0, 0, 0);
}

int weir_set_thread_name(const char *name) {
  return prctl(PR_SET_NAME, (unsigned long)(uintptr_t)name, 0, 0, 0);
}

int weir_signalfd(const sigset_t *set) { return signalfd(-1, set, SFD_NONBLOCK | SFD_CLOEXEC); }

int weir_signalfd_next(int descriptor) {
  struct signalfd_siginfo record;
  ssize_t count;
  do {
    count = read(descriptor, &record, sizeof record);
  } while (count < 0 && errno == EINTR);
  if (count == (ssize_t)sizeof record) return (int)record.ssi_signo;
  return (count < 0 && errno != EAGAIN) ? -1 : 0;
}

int weir_rename_exclusively(const char *from, const char *to) {
  return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

void weir_send_on(int descriptor, int64_t arrived, int64_t begun, int64_t end) {
  if (begun > arrived)
    sync_file_range(descriptor, arrived, begun - arrived,
                    SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
                        SYNC_FILE_RANGE_WAIT_AFTER);
  if (end > begun) sync_file_range(descriptor, begun, end - begun, SYNC_FILE_RANGE_WRITE);
}

int weir_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int weir_spawn_close_from(posix_spawn_file_actions_t *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

int weir_advise_huge_pages(void *start, size_t length) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t first = ((uintptr_t)start + page - 1) & ~(page - 1);
  uintptr_t end = ((uintptr_t)start + length) & ~(page - 1);
  if (end <= first) return 0;
  return madvise((void *)first, end - first, MADV_HUGEPAGE);
}

pid_t weir_ended_child(void) {
  siginfo_t record;
  memset(&record, 0, sizeof record);
  if (waitid(P_ALL, 0, &record, WEXITED | WNOHANG | WNOWAIT) != 0) {
    return errno == ECHILD ? 0 : -1;
  }
  return record.si_pid;
}
