// Counts what a program allocates: stands in for malloc and its kin in every executable that links
// this target, and hands the work on to the C library.

#pragma once

#include <stdint.h>

// Allocations since the start, by every thread of the process.
uint64_t weir_allocations(void);
