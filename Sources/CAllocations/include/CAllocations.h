// Counts what a program allocates: stands in for malloc and its kin in every executable that links
// this target, and hands the work on to the C library.

#pragma once

#include <stdint.h>

// Allocations since the start, by every thread of the process.
uint64_t weir_allocations(void);

// When the process exits, adds the line `name count` to the file at `path`; a second call has no
// effect. Both texts are copied.
void weir_report_allocations_at_exit(const char *path, const char *name);
