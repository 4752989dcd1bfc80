/* A write that fails, or a process that dies, at each single system call of it: the old file or the new one
 * is there, whole. The linker sends the calls below here (--wrap). */
#include "editor/text/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum fault { ONE_FAILS, ALL_FAIL_FROM, HALF_WRITTEN, KILLED };

/* Counts down to the call that goes wrong; 0: none does. */
static struct {
    enum fault fault;
    int left;
} plan;

static bool goes_wrong(void)
{
    if (!plan.left)
        return false;
    bool now = plan.left == 1;
    if (!now || plan.fault != ALL_FAIL_FROM)
        plan.left--;
    if (now && plan.fault == KILLED)
        _exit(9);
    errno = ENOSPC;
    return now;
}

ssize_t __real_write(int descriptor, const void *bytes, size_t size);
ssize_t __wrap_write(int descriptor, const void *bytes, size_t size);
ssize_t __wrap_write(int descriptor, const void *bytes, size_t size)
{
    bool half = plan.fault == HALF_WRITTEN || plan.fault == KILLED;
    if (plan.left == 1 && half && size > 1 && __real_write(descriptor, bytes, size / 2) < 0)
        return -1;
    return goes_wrong() ? -1 : __real_write(descriptor, bytes, size);
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    unsigned mode = flags & O_CREAT ? va_arg(arguments, unsigned) : 0;
    va_end(arguments);
    return goes_wrong() ? -1 : __real_open(path, flags, mode);
}

#define WRAP(name, parameters, arguments)                                                                    \
    int __real_##name parameters;                                                                            \
    int __wrap_##name parameters;                                                                            \
    int __wrap_##name parameters                                                                             \
    {                                                                                                        \
        return goes_wrong() ? -1 : __real_##name arguments;                                                  \
    }

WRAP(fsync, (int descriptor), (descriptor))
WRAP(ftruncate, (int descriptor, off_t size), (descriptor, size))
WRAP(fallocate, (int descriptor, int mode, off_t from, off_t size), (descriptor, mode, from, size))
WRAP(rename, (const char *from, const char *to), (from, to))
WRAP(renameat2, (int a, const char *from, int b, const char *to, unsigned flags), (a, from, b, to, flags))
WRAP(fchmod, (int descriptor, mode_t mode), (descriptor, mode))
WRAP(unlink, (const char *path), (path))

static int enter_folder(void **state)
{
    char *folder = strdup("/tmp/lacuna-faults-XXXXXX");
    *state = folder;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    char command[200];
    snprintf(command, sizeof command, "rm -rf '%s'", (char *)*state);
    free(*state);
    return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

enum { OLD_SIZE = 150000, NEW_SIZE = 260000 };

static void fill(const char *path, char byte, size_t size)
{
    char *bytes = malloc(size);
    memset(bytes, byte, size);
    FILE *file = fopen(path, "w");
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
    free(bytes);
}

/* Whether a file consists of `size` times the byte. */
static bool holds(const char *path, char byte, size_t size)
{
    FILE *file = fopen(path, "r");
    size_t count = 0;
    int got = EOF;
    while (file && (got = getc(file)) == byte)
        count++;
    if (file)
        fclose(file);
    return file && got == EOF && count == size;
}

/* Whether a hidden copy in the folder holds the old file; removes all copies. */
static bool take_copies(void)
{
    bool found = false;
    DIR *list = opendir(".");
    for (struct dirent *entry; (entry = readdir(list));)
        if (!strncmp(entry->d_name, ".lacuna", 7)) {
            found = found || holds(entry->d_name, 'o', OLD_SIZE);
            unlink(entry->d_name);
        }
    closedir(list);
    return found;
}

/* Writes the new text in a process of its own; its exit status: 0 written, 1 failed, 9 killed, 7 no fault was
 * met. */
static int write_with(enum fault fault, int call)
{
    pid_t child = fork();
    if (child == 0) {
        struct file file;
        char *bytes = malloc(NEW_SIZE);
        memset(bytes, 'n', NEW_SIZE);
        struct text *text = text_new(bytes, NEW_SIZE);
        free(bytes);
        if (!file_read("draft", NULL, &file, NULL))
            _exit(5);
        plan.fault = fault;
        plan.left = call;
        struct file_write how = { .expected = &file.stamp };
        bool done = file_write("draft", text, (struct span){ 0, NEW_SIZE }, &file.form, &how, NULL, NULL);
        bool met = plan.left == 0 || (plan.left == 1 && fault == ALL_FAIL_FROM);
        _exit(!met ? 7 : done ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void assert_whole_at_every_call(enum fault fault, bool second_name)
{
    for (int call = 1;; call++) {
        unlink("draft");
        unlink("twice");
        fill("draft", 'o', OLD_SIZE);
        if (second_name)
            assert_int_equal(link("draft", "twice"), 0);
        int status = write_with(fault, call);
        bool old = holds("draft", 'o', OLD_SIZE), new = holds("draft", 'n', NEW_SIZE), copy = take_copies();
        bool right = status == 0 ? new
                     : status == 1
                         ? old || (new && !second_name) || (second_name && copy && fault == ALL_FAIL_FROM)
                     : status == 9 ? old || new || (second_name && copy)
                                   : new;
        if (!right)
            fail_msg("fault %d at call %d: status %d, old %d, new %d, copy %d", fault, call, status, old, new,
                     copy);
        if (status == 7)
            break;
        assert_true(call < 200);
    }
}

static void a_file_is_replaced_or_kept(void **state)
{
    (void)state;
    for (enum fault fault = ONE_FAILS; fault <= KILLED; fault++)
        assert_whole_at_every_call(fault, false);
}

static void a_file_with_two_names_is_overwritten_or_kept(void **state)
{
    (void)state;
    for (enum fault fault = ONE_FAILS; fault <= KILLED; fault++)
        assert_whole_at_every_call(fault, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_replaced_or_kept),
        cmocka_unit_test(a_file_with_two_names_is_overwritten_or_kept),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
