#include "editor/command/register.h"

#include "editor/base/memory.h"

#include <stdlib.h>
#include <string.h>

static bool is_letter(uint32_t name)
{
    return (name | 32) >= 'a' && (name | 32) <= 'z';
}

bool register_name_is_valid(uint32_t name)
{
    return name < REGISTER_COUNT && name != 0 &&
           (is_letter(name) || (name >= '0' && name <= '9') || strchr("\"-_.:/%#*+=", (int)name));
}

static uint32_t register_slot(const struct registers *registers, uint32_t name)
{
    if (name == 0 || name == '"')
        return registers->unnamed;
    if (name >= 'A' && name <= 'Z')
        return name + 32;
    return name < REGISTER_COUNT ? name : 0;
}

const struct yank *register_get(const struct registers *registers, uint32_t name)
{
    const struct yank *yank = &registers->yanks[register_slot(registers, name)];
    return yank->bytes ? yank : 0;
}

static void yank_assign(struct yank *yank, const char *bytes, size_t size, enum shape shape, size_t width)
{
    char *copy = memory_copy(bytes, size);
    free(yank->bytes);
    *yank = (struct yank){ copy, size, shape, width };
}

/* Lines appended to characters, or the other way, give lines. */
static void yank_append(struct yank *yank, const struct yank *more)
{
    bool lines = yank->shape == SHAPE_LINES || more->shape == SHAPE_LINES;
    bool break_before = lines && yank->size && yank->bytes[yank->size - 1] != '\n';
    bool break_after =
        lines && more->shape != SHAPE_LINES && (!more->size || more->bytes[more->size - 1] != '\n');
    if (more->shape == SHAPE_BLOCK && yank->size)
        break_before = true;
    size_t size = yank->size + break_before + more->size + break_after;
    char *bytes = memory_new(size + 1);
    memcpy(bytes, yank->bytes, yank->size);
    size_t at = yank->size;
    if (break_before)
        bytes[at++] = '\n';
    memcpy(bytes + at, more->bytes, more->size);
    if (break_after)
        bytes[size - 1] = '\n';
    bytes[size] = 0;
    free(yank->bytes);
    yank->bytes = bytes;
    yank->size = size;
    yank->shape = lines ? SHAPE_LINES : more->shape == SHAPE_BLOCK ? SHAPE_BLOCK : yank->shape;
    if (more->width > yank->width)
        yank->width = more->width;
}

void register_set(struct registers *registers, uint32_t name, const char *bytes, size_t size,
                  enum shape shape, size_t width)
{
    if (name >= REGISTER_COUNT || name == '_' || name == 0)
        return;
    struct yank *yank = &registers->yanks[register_slot(registers, name)];
    if (name >= 'A' && name <= 'Z' && yank->bytes) {
        struct yank more = { (char *)bytes, size, shape, width };
        yank_append(yank, &more);
    } else {
        yank_assign(yank, bytes, size, shape, width);
    }
    if ((name == '+' || name == '*') && registers->clipboard_written)
        registers->clipboard_written(registers->user, yank->bytes, yank->size);
}

static void register_write(struct registers *registers, uint32_t name, const struct yank *yank)
{
    register_set(registers, name, yank->bytes, yank->size, yank->shape, yank->width);
    registers->unnamed = name >= 'A' && name <= 'Z' ? name + 32 : name;
}

static bool is_explicit(uint32_t name)
{
    return name != 0 && name != '"';
}

void register_yank(struct registers *registers, uint32_t name, const struct yank *yank)
{
    if (name == '_')
        return;
    register_write(registers, is_explicit(name) ? name : '0', yank);
}

static void registers_rotate(struct registers *registers)
{
    free(registers->yanks['9'].bytes);
    for (int name = '9'; name > '1'; name--)
        registers->yanks[name] = registers->yanks[name - 1];
    registers->yanks['1'] = (struct yank){ 0 };
}

void register_delete(struct registers *registers, uint32_t name, const struct yank *yank, bool rotate)
{
    if (name == '_')
        return;
    if (is_explicit(name))
        register_write(registers, name, yank);
    bool small = yank->shape != SHAPE_LINES && !memchr(yank->bytes, '\n', yank->size);
    if (rotate || !small) {
        registers_rotate(registers);
        yank_assign(&registers->yanks['1'], yank->bytes, yank->size, yank->shape, yank->width);
        if (!is_explicit(name))
            registers->unnamed = '1';
    }
    if (small && !is_explicit(name)) {
        yank_assign(&registers->yanks['-'], yank->bytes, yank->size, yank->shape, yank->width);
        registers->unnamed = '-';
    }
}

void registers_free(struct registers *registers)
{
    for (int i = 0; i < REGISTER_COUNT; i++)
        free(registers->yanks[i].bytes);
    *registers = (struct registers){ 0 };
}
