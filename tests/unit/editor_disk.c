#include "editor/command/disk.h"
#include "editor/command/editor.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void put_file(const char *path, const char *bytes)
{
    FILE *file = fopen(path, "w");
    fputs(bytes, file);
    fclose(file);
}

static void assert_noticed(struct editor *editor, const char *start)
{
    editor->message[0] = 0;
    editor_notice_disk(editor);
    assert_int_equal(strncmp(editor->message, start, strlen(start)), 0);
    if (!*start)
        assert_string_equal(editor->message, "");
}

static void what_others_do_to_the_file_is_noticed(void **state)
{
    (void)state;
    char folder[] = "/tmp/lacuna-disk-XXXXXX", path[64];
    struct error error = { "" };
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/draft", folder);
    put_file(path, "no last line feed");
    struct editor *editor = editor_new();
    assert_true(editor_open(editor, path, &error));
    assert_noticed(editor, "");
    utimensat(AT_FDCWD, path, (struct timespec[2]){ { 1, 0 }, { 1, 0 } }, 0);
    assert_noticed(editor, "");
    editor_replace(editor, (struct span){ 0, 0 }, "new ", 4);
    utimensat(AT_FDCWD, path, (struct timespec[2]){ { 2, 0 }, { 2, 0 } }, 0);
    assert_true(editor_run_line(editor, "write"));
    assert_noticed(editor, "");
    put_file(path, "something else");
    assert_noticed(editor, "another program changed ");
    unlink(path);
    assert_noticed(editor, "another program removed ");
    editor_free(editor);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(what_others_do_to_the_file_is_noticed) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
