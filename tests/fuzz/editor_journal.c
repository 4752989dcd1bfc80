/* A journal of any bytes is read up to its damage and replayed on a short text. Inputs rarely have the right
 * checksums, so the bytes are also taken as the payload of an edit record behind a good base. */
#include "editor/base/bytes.h"
#include "editor/text/journal_file.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void read_journal(char *block, size_t size, struct text *text)
{
    struct summary summary;
    struct journal_hole *holes;
    size_t count;
    summary_of_block(&summary, block, size);
    summary_state(&summary);
    text_free(summary_replay(&summary, text));
    summary_holes(&summary, &holes, &count);
    journal_holes_free(holes, count);
    summary_free(&summary);
}

static char *make_journal(const uint8_t *data, size_t size, const struct text *text, size_t *total)
{
    struct bytes base = { 0 }, payload = { 0 };
    struct record_base start = { 1, text_size(text), text_fingerprint(text) };
    int file = memfd_create("journal", MFD_CLOEXEC);
    bytes_append(&base, &start, sizeof start);
    bytes_append(&payload, data, size);
    enum record_kind kind = size && data[size - 1] % 2 ? RECORD_HOLES : RECORD_EDIT;
    if (file < 0 || !record_write(file, RECORD_BASE, &base, NULL, NULL, 0) ||
        !record_write(file, kind, &payload, NULL, NULL, 0) ||
        !record_write(file, RECORD_GOTO, &payload, NULL, NULL, 0) ||
        !record_write(file, RECORD_SAVING, &payload, NULL, NULL, 0))
        abort();
    *total = (size_t)lseek(file, 0, SEEK_CUR);
    char *block = malloc(*total);
    if (pread(file, block, *total, 0) != (ssize_t)*total)
        abort();
    close(file);
    bytes_free(&base);
    bytes_free(&payload);
    return block;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text *text = text_new("the old man went down\n", 22);
    char *copy = malloc(size + 1);
    memcpy(copy, data, size);
    read_journal(copy, size, text);
    size_t total;
    char *block = make_journal(data, size, text, &total);
    read_journal(block, total, text);
    text_free(text);
    return 0;
}
