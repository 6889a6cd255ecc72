#pragma once

#include <stddef.h>
#include <stdint.h>

// CRC-32C (Castagnoli), as in iSCSI and ext4: the checksum of frames and stored sections.
//
// `crc` is the checksum of the bytes before, 0 at the start, so that a checksum can be taken in
// pieces: weir_crc32c(weir_crc32c(0, a), b) is that of a followed by b.

// By the machine's own instructions where it has them, else by tables.
uint32_t weir_crc32c(uint32_t crc, const void *bytes, size_t count);

// By tables; the same result on every machine.
uint32_t weir_crc32c_portable(uint32_t crc, const void *bytes, size_t count);

// The sum of bytes that lie at an offset of a file: the bytes of a page of 4 KiB added up as words,
// little-endian, times an odd number that the page has, all modulo 2^64. Sums of pieces add up to
// the sum of the whole, however it was cut. Every change of a single word changes it; words of one
// page that change places do not.
uint64_t weir_byte_sum(uint64_t offset, const void *bytes, size_t count);
