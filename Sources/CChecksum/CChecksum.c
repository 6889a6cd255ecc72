#include "CChecksum.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif
#endif

// The polynomial with its bits reversed.
#define POLYNOMIAL 0x82f63b78u

typedef uint32_t (*Checksum)(uint32_t crc, const uint8_t *bytes, size_t count);

static inline uint64_t load64(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

// --- By tables, eight bytes a step ("slicing by 8", Kounavis and Berry 2005).

static uint32_t tables[8][256];

static void fill_tables(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    tables[0][byte] = crc;
  }
  for (int table = 1; table < 8; table++) {
    for (uint32_t byte = 0; byte < 256; byte++) {
      uint32_t before = tables[table - 1][byte];
      tables[table][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
}

static uint32_t by_tables(uint32_t crc, const uint8_t *bytes, size_t count) {
  for (; count >= 8; bytes += 8, count -= 8) {
    uint64_t word = load64(bytes) ^ crc;
    crc = 0;
    for (int byte = 0; byte < 8; byte++) crc ^= tables[7 - byte][(word >> (8 * byte)) & 0xff];
  }
  for (; count > 0; bytes++, count--) crc = (crc >> 8) ^ tables[0][(crc ^ *bytes) & 0xff];
  return crc;
}

// --- By SSE 4.2. The instruction has a latency of 3 cycles and a throughput of 1: three streams
// side by side, over blocks of a fixed length N, keep it busy.
//
// The checksum of A B C, each of N bytes, is A moved on by 2N bytes of zero, xor B moved on by N,
// xor C. To move on by N bytes is to multiply by x^(8N) modulo the polynomial: a carry-less
// multiplication by x^(8N - 33), bits reversed, which the crc32 instruction then reduces.

#if defined(__x86_64__)
#define LARGE 4096
#define LARGE_ON 0x82f89c77u
#define LARGE_TWICE_ON 0x54a86326u
#define SMALL 256
#define SMALL_ON 0xb9e02b86u
#define SMALL_TWICE_ON 0xdd7e3b0cu

__attribute__((target("sse4.2,pclmul"))) static inline uint64_t moved_on(
    uint64_t crc, uint32_t power) {
  __m128i product =
      _mm_clmulepi64_si128(_mm_cvtsi64_si128((int64_t)crc), _mm_cvtsi32_si128((int)power), 0);
  return _mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(product));
}

__attribute__((target("sse4.2,pclmul"))) static inline uint64_t three_blocks(
    uint64_t crc, const uint8_t *bytes, size_t length, uint32_t on, uint32_t twice_on) {
  uint64_t second = 0, third = 0;
  for (size_t at = 0; at < length; at += 8) {
    crc = _mm_crc32_u64(crc, load64(bytes + at));
    second = _mm_crc32_u64(second, load64(bytes + length + at));
    third = _mm_crc32_u64(third, load64(bytes + 2 * length + at));
  }
  return moved_on(crc, twice_on) ^ moved_on(second, on) ^ third;
}

__attribute__((target("sse4.2,pclmul"))) static uint32_t by_instruction(
    uint32_t start, const uint8_t *bytes, size_t count) {
  uint64_t crc = start;
  for (; count >= 3 * LARGE; bytes += 3 * LARGE, count -= 3 * LARGE) {
    crc = three_blocks(crc, bytes, LARGE, LARGE_ON, LARGE_TWICE_ON);
  }
  for (; count >= 3 * SMALL; bytes += 3 * SMALL, count -= 3 * SMALL) {
    crc = three_blocks(crc, bytes, SMALL, SMALL_ON, SMALL_TWICE_ON);
  }
  for (; count >= 8; bytes += 8, count -= 8) crc = _mm_crc32_u64(crc, load64(bytes));
  for (; count > 0; bytes++, count--) crc = _mm_crc32_u8((uint32_t)crc, *bytes);
  return (uint32_t)crc;
}

static int has_instruction(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul");
}

// --- By the CRC extension of ARMv8.

#elif defined(__aarch64__)
__attribute__((target("crc"))) static uint32_t by_instruction(
    uint32_t crc, const uint8_t *bytes, size_t count) {
  for (; count >= 8; bytes += 8, count -= 8) crc = __crc32cd(crc, load64(bytes));
  for (; count > 0; bytes++, count--) crc = __crc32cb(crc, *bytes);
  return crc;
}

static int has_instruction(void) {
#if defined(__linux__)
  return (getauxval(AT_HWCAP) & (1 << 7)) != 0;
#else
  return 1;
#endif
}

#else
static uint32_t by_instruction(uint32_t crc, const uint8_t *bytes, size_t count) {
  return by_tables(crc, bytes, count);
}

static int has_instruction(void) { return 0; }
#endif

// --- The choice, made before `main` and therefore before any thread: 5 microseconds.

static Checksum chosen = by_tables;

__attribute__((constructor)) static void choose(void) {
  fill_tables();
  if (has_instruction()) chosen = by_instruction;
}

uint32_t weir_crc32c(uint32_t crc, const void *bytes, size_t count) {
  return ~chosen(~crc, bytes, count);
}

uint32_t weir_crc32c_portable(uint32_t crc, const void *bytes, size_t count) {
  return ~by_tables(~crc, bytes, count);
}
