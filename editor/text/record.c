#include "editor/text/record.h"
#include "editor/text/file_target.h"

#include <string.h>

static const uint32_t magic = 0x314a434c;
enum { SAMPLE_SIZE = 4096, SAMPLE_COUNT = 64 };

struct header {
    uint32_t magic, kind;
    uint64_t size, checksum;
};

/* The hash of Fowler, Noll and Vo, FNV-1a. */
static uint64_t hash(uint64_t sum, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        sum = (sum ^ (unsigned char)bytes[i]) * 0x100000001b3;
    return sum;
}

static const uint64_t hash_start = 0xcbf29ce484222325;

static uint64_t hash_header(const struct header *header)
{
    return hash(hash(hash_start, (const char *)&header->kind, sizeof header->kind),
                (const char *)&header->size, sizeof header->size);
}

/* Calls `visit` for the bytes of a span, piece by piece; stops at false. */
static bool visit_span(const struct text *text, struct span span, bool (*visit)(void *, const char *, size_t),
                       void *user)
{
    size_t size;
    for (size_t at = span.start; at < span.end; at += size) {
        const char *bytes = text_chunk(text, at, &size);
        if (size > span.end - at)
            size = span.end - at;
        if (!size || !visit(user, bytes, size))
            return false;
    }
    return true;
}

static bool hash_piece(void *sum, const char *bytes, size_t size)
{
    *(uint64_t *)sum = hash(*(uint64_t *)sum, bytes, size);
    return true;
}

static bool write_piece(void *descriptor, const char *bytes, size_t size)
{
    return write_all(*(int *)descriptor, bytes, size);
}

uint64_t text_fingerprint(const struct text *text)
{
    size_t size = text_size(text);
    uint64_t sum = hash(hash_start, (const char *)&size, sizeof size);
    if (size <= (size_t)SAMPLE_SIZE * SAMPLE_COUNT) {
        visit_span(text, (struct span){ 0, size }, hash_piece, &sum);
        return sum;
    }
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        size_t start = (size - SAMPLE_SIZE) / (SAMPLE_COUNT - 1) * i;
        visit_span(text, (struct span){ start, start + SAMPLE_SIZE }, hash_piece, &sum);
    }
    visit_span(text, (struct span){ size - SAMPLE_SIZE, size }, hash_piece, &sum);
    return sum;
}

bool record_next(const char *block, size_t size, size_t *offset, struct record *record)
{
    struct header header;
    if (size - *offset < sizeof header)
        return false;
    memcpy(&header, block + *offset, sizeof header);
    if (header.magic != magic || header.size > size - *offset - sizeof header)
        return false;
    const char *payload = block + *offset + sizeof header;
    if (hash(hash_header(&header), payload, header.size) != header.checksum)
        return false;
    *record = (struct record){ (enum record_kind)header.kind, payload, header.size };
    *offset += sizeof header + header.size;
    return true;
}

bool record_number(struct record *record, uint64_t *number)
{
    if (record->size < sizeof *number)
        return false;
    memcpy(number, record->payload, sizeof *number);
    record->payload += sizeof *number;
    record->size -= sizeof *number;
    return true;
}

void record_put_number(struct bytes *payload, uint64_t number)
{
    bytes_append(payload, &number, sizeof number);
}

bool record_write(int descriptor, enum record_kind kind, const struct bytes *payload, const struct text *text,
                  const struct span *spans, size_t count)
{
    struct header header = { .magic = magic, .kind = kind, .size = payload->size };
    for (size_t i = 0; i < count; i++)
        header.size += spans[i].end - spans[i].start;
    header.checksum = hash(hash_header(&header), payload->data, payload->size);
    for (size_t i = 0; i < count; i++)
        visit_span(text, spans[i], hash_piece, &header.checksum);
    bool done = write_all(descriptor, (const char *)&header, sizeof header) &&
                write_all(descriptor, payload->data, payload->size);
    for (size_t i = 0; i < count; i++)
        done = done && visit_span(text, spans[i], write_piece, &descriptor);
    return done;
}
