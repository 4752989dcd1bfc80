#include "editor/text/buffer.h"
#include "editor/base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PREPARE_LEAST = 65536, PREPARE_BLOCKS = 64 };

typedef unsigned char lanes __attribute__((vector_size(16)));

/* Sixteen lanes of eight-bit counters, emptied before they overflow. */
size_t line_feeds_count(const char *bytes, size_t size)
{
    const lanes feed = (lanes){ 0 } + '\n';
    size_t count = 0, at = 0;
    while (size - at >= sizeof(lanes)) {
        size_t rounds = (size - at) / sizeof(lanes);
        if (rounds > 255)
            rounds = 255;
        lanes sums = { 0 };
        for (size_t i = 0; i < rounds; i++, at += sizeof(lanes)) {
            lanes chunk;
            memcpy(&chunk, bytes + at, sizeof chunk);
            sums -= (lanes)(chunk == feed);
        }
        for (size_t i = 0; i < sizeof(lanes); i++)
            count += sums[i];
    }
    for (; at < size; at++)
        count += bytes[at] == '\n';
    return count;
}

static struct buffer *buffer_new(char *bytes, size_t size, bool mapped, bool growing)
{
    struct buffer *buffer = memory_new_zero(sizeof *buffer);
    buffer->mapped = mapped;
    buffer->growing = growing;
    buffer->bytes = bytes;
    buffer->size = size;
    buffer->descriptor = -1;
    atomic_init(&buffer->owners, 1);
    return buffer;
}

struct buffer *buffer_take(char *bytes, size_t size)
{
    return buffer_new(bytes, size, false, false);
}

struct buffer *buffer_map(char *bytes, size_t size, int descriptor, const struct file_stamp *stamp)
{
    struct buffer *buffer = buffer_new(bytes, size, true, false);
    buffer->descriptor = descriptor;
    buffer->stamp = *stamp;
    return buffer;
}

struct buffer *buffer_new_growing(size_t capacity)
{
    return buffer_new(memory_new(capacity), capacity, false, true);
}

struct buffer *buffer_keep(struct buffer *buffer)
{
    atomic_fetch_add_explicit(&buffer->owners, 1, memory_order_relaxed);
    return buffer;
}

void buffer_free(struct buffer *buffer)
{
    if (!buffer || atomic_fetch_sub_explicit(&buffer->owners, 1, memory_order_acq_rel) != 1)
        return;
    if (buffer->mapped)
        munmap(buffer->bytes, buffer->size);
    else
        free(buffer->bytes);
    if (buffer->descriptor >= 0)
        close(buffer->descriptor);
    free(atomic_load(&buffer->sums));
    free(buffer);
}

const char *buffer_append(struct buffer *buffer, const char *bytes, size_t size)
{
    size_t used = atomic_load(&buffer->used);
    do {
        if (size > buffer->size - used)
            return NULL;
    } while (!atomic_compare_exchange_weak(&buffer->used, &used, used + size));
    return memcpy(buffer->bytes + used, bytes, size);
}

bool buffer_extend(struct buffer *buffer, const char *end, const char *bytes, size_t size)
{
    if (!buffer->growing)
        return false;
    size_t used = (size_t)(end - buffer->bytes);
    if (size > buffer->size - used || !atomic_compare_exchange_strong(&buffer->used, &used, used + size))
        return false;
    memcpy(buffer->bytes + (end - buffer->bytes), bytes, size);
    return true;
}

static bool is_indexed(const struct buffer *buffer, size_t size)
{
    return !buffer->growing && size > 2 * BUFFER_BLOCK;
}

static atomic_size_t *index_of(struct buffer *buffer)
{
    atomic_size_t *sums = atomic_load_explicit(&buffer->sums, memory_order_acquire);
    if (sums)
        return sums;
    atomic_size_t *fresh = memory_new_zero((buffer->size / BUFFER_BLOCK + 1) * sizeof *fresh);
    if (atomic_compare_exchange_strong(&buffer->sums, &sums, fresh))
        return fresh;
    free(fresh);
    return sums;
}

void buffer_prepare(const struct buffer *buffer, const char *bytes, size_t size)
{
#ifdef MADV_POPULATE_READ
    if (!buffer->mapped || size < PREPARE_LEAST)
        return;
    size_t page = (size_t)sysconf(_SC_PAGESIZE), skip = (uintptr_t)bytes % page;
    madvise((void *)(bytes - skip), size + skip, MADV_POPULATE_READ);
#else
    (void)buffer;
    (void)bytes;
    (void)size;
#endif
}

/* Makes sums[0..blocks] known. */
static void index_extend(struct buffer *buffer, atomic_size_t *sums, size_t blocks)
{
    size_t known = atomic_load_explicit(&buffer->counted, memory_order_acquire);
    if (known >= blocks)
        return;
    size_t sum = atomic_load_explicit(&sums[known], memory_order_relaxed);
    for (size_t block = known; block < blocks; block++) {
        if ((block - known) % PREPARE_BLOCKS == 0) {
            size_t count = blocks - block < PREPARE_BLOCKS ? blocks - block : PREPARE_BLOCKS;
            buffer_prepare(buffer, buffer->bytes + block * BUFFER_BLOCK, count * BUFFER_BLOCK);
        }
        sum += line_feeds_count(buffer->bytes + block * BUFFER_BLOCK, BUFFER_BLOCK);
        atomic_store_explicit(&sums[block + 1], sum, memory_order_relaxed);
    }
    while (known < blocks && !atomic_compare_exchange_weak(&buffer->counted, &known, blocks))
        ;
}

/* Line feeds before an offset in the buffer. */
static size_t feeds_before(struct buffer *buffer, size_t offset)
{
    atomic_size_t *sums = index_of(buffer);
    size_t block = offset / BUFFER_BLOCK;
    index_extend(buffer, sums, block);
    size_t sum = atomic_load_explicit(&sums[block], memory_order_relaxed);
    return sum + line_feeds_count(buffer->bytes + block * BUFFER_BLOCK, offset % BUFFER_BLOCK);
}

size_t buffer_line_feeds(struct buffer *buffer, const char *bytes, size_t size)
{
    if (!is_indexed(buffer, size))
        return line_feeds_count(bytes, size);
    size_t start = (size_t)(bytes - buffer->bytes);
    return feeds_before(buffer, start + size) - feeds_before(buffer, start);
}

static size_t scan_for_feed(const char *bytes, size_t size, size_t nth, size_t *count)
{
    *count = 0;
    for (const char *at = bytes, *end = bytes + size; at < end; at++) {
        at = memchr(at, '\n', (size_t)(end - at));
        if (!at)
            break;
        if (++*count == nth)
            return (size_t)(at - bytes);
    }
    return size;
}

/* The block in which the running sum reaches `sum`, or the last one before `end`. */
static size_t block_of_feed(struct buffer *buffer, atomic_size_t *sums, size_t sum, size_t end)
{
    size_t last = end / BUFFER_BLOCK, known = atomic_load(&buffer->counted);
    while (known < last && atomic_load(&sums[known]) < sum)
        index_extend(buffer, sums, ++known);
    size_t low = 0, high = known < last ? known : last; /* sums[low] < sum */
    while (low < high) {
        size_t middle = low + (high - low + 1) / 2;
        if (atomic_load_explicit(&sums[middle], memory_order_relaxed) < sum)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

size_t buffer_find_line_feed(struct buffer *buffer, const char *bytes, size_t size, size_t nth, size_t *count)
{
    if (!is_indexed(buffer, size))
        return scan_for_feed(bytes, size, nth, count);
    size_t start = (size_t)(bytes - buffer->bytes), end = start + size, before = feeds_before(buffer, start);
    atomic_size_t *sums = index_of(buffer);
    size_t from = block_of_feed(buffer, sums, before + nth, end) * BUFFER_BLOCK, counted, sum = 0;
    if (from > start)
        sum = atomic_load(&sums[from / BUFFER_BLOCK]) - before;
    else
        from = start;
    size_t found = scan_for_feed(buffer->bytes + from, end - from, nth - sum, &counted);
    *count = sum + counted;
    return from + found - start;
}
