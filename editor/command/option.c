#include "editor/command/option.h"

#include <stdlib.h>
#include <string.h>

#define SWITCH(name, abbreviation, help)                                                                     \
    {                                                                                                        \
#name, abbreviation, OPTION_SWITCH, offsetof(struct options, name), sizeof(bool), 0, 1, help         \
    }
#define NUMBER(name, abbreviation, least, most, help)                                                        \
    {                                                                                                        \
#name, abbreviation, OPTION_NUMBER, offsetof(struct options, name), sizeof(long), least, most, help  \
    }
#define TEXT(name, abbreviation, help)                                                                       \
    {                                                                                                        \
#name, abbreviation, OPTION_TEXT, offsetof(struct options, name), sizeof((struct options *)0)->name, \
            0, 0, help                                                                                       \
    }

const struct option option_table[] = {
    SWITCH(autoindent, "ai", "a new line begins with the indent of the line before"),
    SWITCH(cursorline, "cul", "the cursor's line is marked"),
    SWITCH(expandtab, "et", "Tab types blanks"),
    SWITCH(gdefault, "gd", ":s replaces all matches of a line; g one"),
    SWITCH(hlsearch, "hls", "matches of the search are marked"),
    SWITCH(ignorecase, "ic", "a search takes small and capital letters for the same"),
    SWITCH(incsearch, "is", "the first match is shown while a search is typed"),
    SWITCH(joinspaces, "js", "a join leaves two blanks behind a sentence"),
    SWITCH(list, "", "blanks at line ends and tabs are shown"),
    SWITCH(magic, "", "special characters are special in patterns"),
    SWITCH(number, "nu", "line numbers"),
    SWITCH(readonly, "ro", "the file is not written without !"),
    SWITCH(relativenumber, "rnu", "line numbers count from the cursor"),
    SWITCH(shiftround, "sr", "shifting rounds to shiftwidth"),
    SWITCH(smartcase, "scs", "a capital letter in a search overrules ignorecase"),
    SWITCH(startofline, "sol", "long jumps go to the first character that is no blank"),
    SWITCH(tildeop, "top", "~ is an operator"),
    SWITCH(wrap, "", "long lines continue on the next row"),
    SWITCH(wrapscan, "ws", "a search goes on at the other end of the text"),
    NUMBER(scroll, "scr", 0, 1000, "lines that ^D and ^U scroll; 0: half a window"),
    NUMBER(scrolloff, "so", 0, 1000, "lines kept in sight around the cursor"),
    NUMBER(shiftwidth, "sw", 0, 1000, "cells of one step of indent; 0: tabstop"),
    NUMBER(softtabstop, "sts", -1, 1000, "cells that Tab and Backspace count for; 0: off"),
    NUMBER(tabstop, "ts", 1, 1000, "cells between tab stops"),
    NUMBER(textwidth, "tw", 0, 10000, "typing breaks lines before this column; 0: never"),
    TEXT(matchpairs, "mps", "pairs that % jumps between"),
    TEXT(nrformats, "nf", "what ^A and ^X take for numbers: bin, hex, octal, alpha, unsigned"),
    TEXT(shell, "sh", "runs the commands of ! and :r !"),
    TEXT(whichwrap, "ww", "keys that may leave a line: b, s, h, l, <, >, ~, [, ]"),
    { 0 },
};

void options_reset(struct options *options)
{
    *options = (struct options){ .expandtab = true,
                                 .wrapscan = true,
                                 .hlsearch = true,
                                 .incsearch = true,
                                 .wrap = true,
                                 .startofline = true,
                                 .magic = true,
                                 .shiftwidth = 4,
                                 .tabstop = 8,
                                 .whichwrap = "b,s",
                                 .nrformats = "bin,hex",
                                 .matchpairs = "(:),{:},[:]",
                                 .shell = "/bin/sh" };
}

static const struct option *option_find(const char *name, size_t size)
{
    for (const struct option *option = option_table; option->name; option++)
        if ((strlen(option->name) == size && !memcmp(option->name, name, size)) ||
            (size && strlen(option->abbreviation) == size && !memcmp(option->abbreviation, name, size)))
            return option;
    return 0;
}

static void option_show(const struct options *options, const struct option *option, struct bytes *shown)
{
    const char *place = (const char *)options + option->offset;
    if (option->kind == OPTION_SWITCH)
        bytes_format(shown, "%s%s\n", *(const bool *)(const void *)place ? "  " : "no", option->name);
    else if (option->kind == OPTION_NUMBER)
        bytes_format(shown, "  %s=%ld\n", option->name, *(const long *)(const void *)place);
    else
        bytes_format(shown, "  %s=%s\n", option->name, place);
}

static bool set_number(const struct option *option, long *place, char change, const char *text, size_t size,
                       struct error *error)
{
    char digits[24], *end;
    if (size == 0 || size >= sizeof digits)
        return fail(error, "%s needs a number", option->name);
    memcpy(digits, text, size);
    digits[size] = 0;
    long value = strtol(digits, &end, 0);
    if (*end)
        return fail(error, "%s needs a number, not \"%s\"", option->name, digits);
    value = change == '+'   ? *place + value
            : change == '-' ? *place - value
            : change == '^' ? *place * value
                            : value;
    if (value < option->least || value > option->most)
        return fail(error, "%s takes %ld to %ld", option->name, option->least, option->most);
    *place = value;
    return true;
}

static bool set_text(const struct option *option, char *place, char change, const char *text, size_t size,
                     struct error *error)
{
    char value[256];
    size_t old = strlen(place);
    if (size >= sizeof value || size + old + 2 > option->size)
        return fail(error, "%s: the value is too long", option->name);
    memcpy(value, text, size);
    value[size] = 0;
    if (change == '+' && old) {
        place[old] = ',';
        memcpy(place + old + 1, value, size + 1);
    } else if (change == '-') {
        char *found = size ? strstr(place, value) : 0;
        if (found) {
            char *rest = found + size + (found[size] == ',');
            memmove(found, rest, strlen(rest) + 1);
        }
    } else {
        memcpy(place, value, size + 1);
    }
    return true;
}

static bool set_value(struct options *options, const struct option *option, char change, const char *text,
                      size_t size, struct error *error)
{
    char *place = (char *)options + option->offset;
    if (option->kind == OPTION_SWITCH)
        return fail(error, "%s is on or off: :set %s, :set no%s", option->name, option->name, option->name);
    if (option->kind == OPTION_NUMBER)
        return set_number(option, (long *)(void *)place, change, text, size, error);
    return set_text(option, place, change, text, size, error);
}

/* A word without a value: name, noname, invname. */
static bool set_word(struct options *options, const char *word, size_t size, bool invert, struct bytes *shown,
                     struct error *error)
{
    const struct option *option = option_find(word, size);
    bool value = true;
    if (!option && size > 2 && !memcmp(word, "no", 2)) {
        option = option_find(word + 2, size - 2);
        value = false;
    } else if (!option && size > 3 && !memcmp(word, "inv", 3)) {
        option = option_find(word + 3, size - 3);
        invert = true;
    }
    if (!option || (option->kind != OPTION_SWITCH && (!value || invert)))
        return fail(error, "no option is called \"%.*s\"; :set all lists them", (int)size, word);
    if (option->kind != OPTION_SWITCH) {
        option_show(options, option, shown);
        return true;
    }
    bool *place = (bool *)(void *)((char *)options + option->offset);
    *place = invert ? !*place : value;
    return true;
}

bool option_set(struct options *options, const char *argument, size_t size, struct bytes *shown,
                struct error *error)
{
    if (size == 3 && !memcmp(argument, "all", 3)) {
        for (const struct option *option = option_table; option->name; option++)
            option_show(options, option, shown);
        return true;
    }
    size_t name = 0;
    while (name < size && ((argument[name] | 32) >= 'a' && (argument[name] | 32) <= 'z'))
        name++;
    const char *rest = argument + name;
    size_t rest_size = size - name;
    if (rest_size == 0 || (rest_size == 1 && *rest == '!'))
        return set_word(options, argument, name, rest_size != 0, shown, error);
    const struct option *option = option_find(argument, name);
    if (!option)
        return fail(error, "no option is called \"%.*s\"; :set all lists them", (int)name, argument);
    if (rest_size == 1 && (*rest == '?' || *rest == '&')) {
        if (*rest == '?') {
            option_show(options, option, shown);
        } else {
            struct options standard;
            options_reset(&standard);
            memcpy((char *)options + option->offset, (const char *)&standard + option->offset, option->size);
        }
        return true;
    }
    char change = 0;
    if (*rest == '+' || *rest == '-' || *rest == '^') {
        change = *rest++;
        rest_size--;
    }
    if (rest_size == 0 || (*rest != '=' && *rest != ':'))
        return fail(error, "cannot read \"%.*s\"; write name=value", (int)size, argument);
    return set_value(options, option, change, rest + 1, rest_size - 1, error);
}
