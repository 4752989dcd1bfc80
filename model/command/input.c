#include "model/command/input.h"

#include "model/base/buffer.h"
#include "model/base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_standard(const char *path)
{
    return !path || strcmp(path, "-") == 0;
}

static FILE *open_input(const char *path, struct lacuna_error *error)
{
    if (is_standard(path))
        return stdin;
    FILE *stream = fopen(path, "rb");
    struct stat about;
    if (stream && fstat(fileno(stream), &about) == 0 && S_ISDIR(about.st_mode)) {
        fclose(stream);
        stream = NULL;
        errno = EISDIR;
    }
    if (!stream)
        fail(error, LACUNA_BAD_REQUEST, "%s: %s", path, strerror(errno));
    return stream;
}

static void close_input(FILE *stream)
{
    if (stream && stream != stdin)
        fclose(stream);
}

char *input_read(const char *path, size_t *size, struct lacuna_error *error)
{
    const char *name = is_standard(path) ? "standard input" : path;
    FILE *stream = open_input(path, error);
    if (!stream)
        return NULL;
    struct buffer buffer = { 0 };
    char block[1 << 16];
    size_t count;
    while (buffer.size <= INPUT_SIZE_MAX && (count = fread(block, 1, sizeof block, stream)) > 0)
        buffer_add(&buffer, block, count);
    bool broken = ferror(stream) != 0;
    if (broken)
        fail(error, LACUNA_BAD_REQUEST, "%s: %s", name, strerror(errno));
    else if (buffer.size > INPUT_SIZE_MAX)
        broken = !fail(error, LACUNA_TOO_LONG, "%s: larger than %d MiB", name, INPUT_SIZE_MAX >> 20);
    close_input(stream);
    if (broken) {
        buffer_free(&buffer);
        return NULL;
    }
    *size = buffer.size;
    return buffer_take(&buffer);
}

bool lines_open(struct lines *lines, const char *path, struct lacuna_error *error)
{
    *lines = (struct lines){ .stream = open_input(path, error),
                             .name = is_standard(path) ? "standard input" : path };
    return lines->stream != NULL;
}

static void keep_byte(struct lines *lines, int byte)
{
    if (lines->size + 2 > lines->room)
        lines->line = memory_grow(lines->line, &lines->room, lines->size + 2, 1);
    lines->line[lines->size++] = (char)byte;
}

bool lines_next(struct lines *lines, struct lacuna_error *error)
{
    lines->size = 0;
    lines->too_long = false;
    if (error)
        error->code = LACUNA_OK;
    int byte;
    while ((byte = getc_unlocked(lines->stream)) != EOF && byte != '\n') {
        if (lines->size < INPUT_SIZE_MAX)
            keep_byte(lines, byte);
        else
            lines->too_long = true;
    }
    if (ferror(lines->stream))
        return fail(error, LACUNA_BAD_REQUEST, "%s: %s", lines->name, strerror(errno));
    if (byte == EOF && lines->size == 0)
        return false;
    lines->ended = byte == '\n';
    keep_byte(lines, 0);
    lines->size--;
    return true;
}

void lines_close(struct lines *lines)
{
    close_input(lines->stream);
    free(lines->line);
}
