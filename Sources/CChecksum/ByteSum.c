#include "CChecksum.h"

#include <string.h>

#define PAGE 4096u
#define WORD 8u

static inline uint64_t load_word(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

// Bytes that lie within one word of the file: each at its place.
static uint64_t partial(uint64_t offset, const uint8_t *bytes, size_t count) {
  uint64_t sum = 0;
  for (size_t at = 0; at < count; at++) sum += (uint64_t)bytes[at] << (8 * ((offset + at) % WORD));
  return sum;
}

// Bytes within one page. The loop over whole words has no order to keep: compilers do several at once.
static uint64_t page_sum(uint64_t offset, const uint8_t *bytes, size_t count) {
  size_t before = (size_t)(-offset % WORD);
  if (before >= count) return partial(offset, bytes, count);
  uint64_t sum = partial(offset, bytes, before);
  bytes += before;
  count -= before;
  size_t words = count / WORD;
  for (size_t word = 0; word < words; word++) sum += load_word(bytes + word * WORD);
  return sum + partial(0, bytes + words * WORD, count % WORD);
}

uint64_t weir_byte_sum(uint64_t offset, const void *start, size_t count) {
  const uint8_t *bytes = start;
  uint64_t sum = 0;
  while (count > 0) {
    uint64_t page = offset / PAGE;
    size_t part = PAGE - (size_t)(offset % PAGE);
    if (part > count) part = count;
    // The number of a page, spread over the word and made odd, so that nothing is lost.
    sum += page_sum(offset, bytes, part) * ((page * 0x9e3779b97f4a7c15u) | 1);
    offset += part;
    bytes += part;
    count -= part;
  }
  return sum;
}
