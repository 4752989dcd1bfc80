#include "editor/text/file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const struct file_write plainly = { 0 };

static int enter_folder(void **state)
{
    char *folder = strdup("/tmp/lacuna-file-XXXXXX");
    *state = folder;
    return mkdtemp(folder) && chmod(folder, 0777) == 0 && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    char command[200];
    snprintf(command, sizeof command, "rm -rf '%s'", (char *)*state);
    free(*state);
    return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

static void put_file(const char *path, const char *bytes, size_t size)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, bytes, size), size);
    close(descriptor);
}

static void assert_file(const char *path, const char *bytes, size_t size)
{
    char *held = malloc(size + 2);
    int descriptor = open(path, O_RDONLY);
    assert_true(descriptor >= 0);
    assert_int_equal(read(descriptor, held, size + 2), size);
    assert_memory_equal(held, bytes, size);
    close(descriptor);
    free(held);
}

static struct file read_file(const char *path)
{
    struct file file;
    struct error error = { 0 };
    if (!file_read(path, NULL, &file, &error))
        fail_msg("%s", error.text);
    return file;
}

static bool write_file(const char *path, const struct file *file, const struct file_write *how,
                       struct error *error)
{
    return file_write(path, file->text, (struct span){ 0, text_size(file->text) }, &file->form, how, NULL,
                      error);
}

static void write_well(const char *path, const struct file *file)
{
    struct error error = { 0 };
    if (!write_file(path, file, &plainly, &error))
        fail_msg("%s", error.text);
}

static void insert(struct file *file, size_t offset, const char *bytes, size_t size)
{
    struct text *text = text_replace(file->text, (struct span){ offset, offset }, bytes, size);
    text_free(file->text);
    file->text = text;
}

static void type(struct file *file, size_t offset, const char *bytes)
{
    insert(file, offset, bytes, strlen(bytes));
}

static size_t hidden_files(void)
{
    FILE *list = popen("ls -A | grep -c '^\\.lacuna'", "r");
    size_t count = 99;
    assert_int_equal(fscanf(list, "%zu", &count), 1);
    pclose(list);
    return count;
}

#define BYTES(literal) literal, sizeof(literal) - 1

static const struct {
    const char *bytes;
    size_t size;
} odd_files[] = {
    { BYTES("") },
    { BYTES("\n") },
    { BYTES("no last line feed") },
    { BYTES("one\r\ntwo\r\n") },
    { BYTES("one\r\ntwo") },
    { BYTES("mixed\r\nlines\n") },
    { BYTES("old\rmac\r") },
    { BYTES("\r\r\n\r\n") },
    { BYTES("\r") },
    { BYTES("\xef\xbb\xbfmarked\n") },
    { BYTES("\xef\xbb\xbf") },
    { BYTES("\xef\xbb\xbf\xef\xbb\xbfwindows\r\n") },
    { BYTES("\xff\xfe"
            "a\0\n\0\x3d\xd8\x00\xde") },
    { BYTES("\xfe\xff"
            "\0a\0\r\0\n") },
    { BYTES("\xff\xfe") },
    { BYTES("\xff\xfe"
            "a") },
    { BYTES("\xff\xfe"
            "\x3d\xd8"
            "a\0") },
    { BYTES("\xfe\xff\xde\x00") },
    { BYTES("\xff\xfe\0\0a\0\0\0") },
    { BYTES("caf\xe9 \x80\xff\n") },
    { BYTES("nul \0 inside\n\0") },
    { BYTES("\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80\n") },
};

static void odd_files_come_back_byte_for_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof odd_files / sizeof *odd_files; i++) {
        put_file("odd", odd_files[i].bytes, odd_files[i].size);
        struct file file = read_file("odd");
        assert_true(file_holds("odd", file.text, (struct span){ 0, text_size(file.text) }, &file.form));
        unlink("odd");
        write_well("odd", &file);
        assert_file("odd", odd_files[i].bytes, odd_files[i].size);
        text_free(file.text);
    }
    assert_int_equal(hidden_files(), 0);
}

static void an_edit_keeps_the_form(void **state)
{
    (void)state;
    put_file("dos", BYTES("\xef\xbb\xbfone\r\ntwo\r\n"));
    struct file file = read_file("dos");
    assert_int_equal(text_size(file.text), 8);
    type(&file, 4, "and\n");
    write_well("dos", &file);
    assert_file("dos", BYTES("\xef\xbb\xbfone\r\nand\r\ntwo\r\n"));
    text_free(file.text);

    put_file("wide", BYTES("\xff\xfe"
                           "a\0\n\0"));
    file = read_file("wide");
    type(&file, 1, "\xf0\x9f\x98\x80");
    write_well("wide", &file);
    assert_file("wide", BYTES("\xff\xfe"
                              "a\0\x3d\xd8\x00\xde\n\0"));
    type(&file, 0, "\x80");
    struct error error = { 0 };
    assert_false(write_file("wide", &file, &plainly, &error));
    assert_string_equal(error.text, "cannot write wide: line 1 holds \\x80, which UTF-16 cannot express: "
                                    "write it as UTF-8");
    assert_file("wide", BYTES("\xff\xfe"
                              "a\0\x3d\xd8\x00\xde\n\0"));
    text_free(file.text);
}

static void latin1_is_read_when_asked(void **state)
{
    (void)state;
    struct file file;
    struct file_form asked = { .encoding = ENCODING_LATIN1 };
    put_file("old", BYTES("caf\xe9\r\n"));
    assert_true(file_read("old", &asked, &file, NULL));
    char *copy = text_copy(file.text, (struct span){ 0, 100 });
    assert_string_equal(copy, "caf\xc3\xa9\n");
    write_well("old", &file);
    assert_file("old", BYTES("caf\xe9\r\n"));
    free(copy);
    text_free(file.text);
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    struct file file;
    struct error error = { 0 };
    mkdir("folder", 0755);
    mkfifo("pipe", 0644);
    assert_false(file_read("folder", NULL, &file, &error));
    assert_string_equal(error.text, "cannot edit folder: it is a folder");
    assert_false(file_read("pipe", NULL, &file, &error));
    assert_non_null(strstr(error.text, "cannot edit pipe: it is a FIFO"));
    assert_false(file_read("/dev/null", NULL, &file, &error));
    assert_string_equal(error.text, "cannot edit /dev/null: it is a device");
    put_file("plain", BYTES("x"));
    assert_false(file_read("plain/x", NULL, &file, &error));
    assert_string_equal(error.text, "cannot read plain/x: Not a directory");
    struct file empty = read_file("new");
    assert_false(empty.stamp.exists);
    assert_false(write_file("nowhere/new", &empty, &plainly, &error));
    assert_string_equal(error.text, "cannot write nowhere/new: No such file or directory");
    assert_false(write_file("folder", &empty, &plainly, &error));
    assert_string_equal(error.text, "cannot write folder: it is a folder");
    text_free(empty.text);
}

static void links_and_permissions_are_kept(void **state)
{
    (void)state;
    struct stat before, after;
    put_file("real", BYTES("old\n"));
    chmod("real", 0641);
    bool attributes = setxattr("real", "user.note", "kept", 4, 0) == 0;
    assert_int_equal(symlink("real", "link"), 0);
    assert_int_equal(symlink("later", "dangling"), 0);
    stat("real", &before);
    struct file file = read_file("link");
    type(&file, 0, "new ");
    write_well("link", &file);
    lstat("link", &after);
    assert_true(S_ISLNK(after.st_mode));
    stat("real", &after);
    assert_int_equal(after.st_mode, before.st_mode);
    assert_int_not_equal(after.st_ino, before.st_ino);
    assert_file("real", BYTES("new old\n"));
    char note[8];
    if (attributes)
        assert_int_equal(getxattr("real", "user.note", note, sizeof note), 4);
    write_well("dangling", &file);
    assert_file("later", BYTES("new old\n"));
    text_free(file.text);
}

static void a_file_with_two_names_is_written_in_place(void **state)
{
    (void)state;
    struct stat before, after;
    put_file("first", BYTES("a longer old text\n"));
    assert_int_equal(link("first", "second"), 0);
    stat("first", &before);
    struct file file = read_file("first");
    struct text *text = text_new("short\n", 6);
    text_free(file.text);
    file.text = text;
    write_well("first", &file);
    stat("second", &after);
    assert_int_equal(after.st_ino, before.st_ino);
    assert_file("second", BYTES("short\n"));
    assert_int_equal(hidden_files(), 0);
    text_free(file.text);
}

/* Runs a write in a process that may write files of `limit` bytes at most, as a full disk would have it. */
static void assert_write_fails_for_lack_of_room(const char *path, const struct file *file, rlim_t limit)
{
    pid_t child = fork();
    if (child == 0) {
        struct error error = { 0 };
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){ limit, limit });
        bool done = write_file(path, file, &plainly, &error);
        _exit(done ? 1 : strstr(error.text, path) ? 0 : 2);
    }
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

static void a_failed_write_leaves_the_old_file(void **state)
{
    (void)state;
    static char old[40000];
    memset(old, 'o', sizeof old);
    put_file("whole", old, sizeof old);
    put_file("named", old, sizeof old);
    assert_int_equal(link("named", "twice"), 0);
    struct file file = read_file("whole");
    for (int i = 0; i < 10; i++)
        insert(&file, 500, old, sizeof old);
    assert_write_fails_for_lack_of_room("whole", &file, 50000);
    assert_file("whole", old, sizeof old);
    assert_write_fails_for_lack_of_room("named", &file, 50000);
    assert_file("twice", old, sizeof old);
    assert_write_fails_for_lack_of_room("fresh", &file, 50000);
    assert_int_equal(access("fresh", F_OK), -1);
    assert_int_equal(hidden_files(), 0);
    text_free(file.text);
}

static void a_folder_that_takes_no_file_gets_the_write_in_place(void **state)
{
    (void)state;
    if (geteuid() == 0) {
        put_file("kept", BYTES("old\n"));
        assert_int_equal(chmod("kept", 0666), 0);
        mkdir("rescue", 0777);
        chmod("rescue", 0777);
        chmod(".", 0755);
        pid_t child = fork();
        if (child == 0) {
            struct error error = { 0 };
            struct file file = read_file("kept");
            type(&file, 0, "new ");
            bool entered = setegid(65534) == 0 && seteuid(65534) == 0;
            struct file_write rescue = { .rescue = "rescue", .expected = &file.stamp };
            bool refused = !write_file("kept", &file, &plainly, &error);
            bool done = write_file("kept", &file, &rescue, &error);
            if (!done)
                print_error("%s\n", error.text);
            _exit(entered && refused && done ? 0 : 1);
        }
        int status;
        waitpid(child, &status, 0);
        assert_int_equal(status, 0);
        assert_file("kept", BYTES("new old\n"));
        assert_int_equal(rmdir("rescue"), 0);
    } else {
        skip();
    }
}

static void a_foreign_change_is_not_overwritten(void **state)
{
    (void)state;
    struct error error = { 0 };
    put_file("shared", BYTES("mine\n"));
    struct file file = read_file("shared"), none = read_file("none");
    struct file_write careful = { .expected = &file.stamp };
    assert_int_equal(file_compare("shared", &file.stamp, NULL), FILE_SAME);
    put_file("shared", BYTES("theirs, longer\n"));
    assert_int_equal(file_compare("shared", &file.stamp, NULL), FILE_CHANGED);
    assert_false(write_file("shared", &file, &careful, &error));
    assert_string_equal(error.text,
                        "shared was changed by another program since it was read; nothing was written");
    assert_file("shared", BYTES("theirs, longer\n"));
    assert_true(write_file("shared", &file, &plainly, &error));
    struct stat status;
    stat("shared", &status);
    utimensat(AT_FDCWD, "shared", (struct timespec[2]){ { 1, 0 }, { 1, 0 } }, 0);
    assert_int_equal(file_compare("shared", &file.stamp, NULL), FILE_TOUCHED);
    assert_true(file_holds("shared", file.text, (struct span){ 0, 5 }, &file.form));
    assert_false(file_holds("shared", file.text, (struct span){ 0, 4 }, &file.form));
    unlink("shared");
    assert_int_equal(file_compare("shared", &file.stamp, NULL), FILE_GONE);

    careful.expected = &none.stamp;
    put_file("none", BYTES("appeared\n"));
    assert_false(write_file("none", &file, &careful, &error));
    assert_file("none", BYTES("appeared\n"));
    text_free(file.text);
    text_free(none.text);
}

static void a_read_only_file_needs_force(void **state)
{
    (void)state;
    if (geteuid() == 0)
        skip();
    struct error error = { 0 };
    put_file("locked", BYTES("old\n"));
    chmod("locked", 0444);
    struct file file = read_file("locked");
    assert_true(file.read_only);
    assert_false(write_file("locked", &file, &plainly, &error));
    assert_true(write_file("locked", &file, &(struct file_write){ .force = true }, &error));
    text_free(file.text);
}

static void parts_are_written_and_appended(void **state)
{
    (void)state;
    struct file file = { .text = text_new("0123456789", 10) };
    assert_true(
        file_write("part", file.text, (struct span){ 2, 5 }, &file.form, &plainly, &file.stamp, NULL));
    assert_int_equal(file_compare("part", &file.stamp, NULL), FILE_SAME);
    struct file_write behind = { .append = true };
    assert_true(file_write("part", file.text, (struct span){ 7, 9 }, &file.form, &behind, &file.stamp, NULL));
    assert_file("part", BYTES("23478"));
    assert_int_equal(file_compare("part", &file.stamp, NULL), FILE_SAME);
    text_free(file.text);
}

static void standard_input_is_read_to_its_end(void **state)
{
    (void)state;
    int ends[2];
    struct file file;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "piped\r\n", 7), 7);
    close(ends[1]);
    assert_true(file_read_descriptor(ends[0], "standard input", &file, NULL));
    assert_int_equal(text_size(file.text), 6);
    assert_true(file.form.carriage_returns);
    close(ends[0]);
    text_free(file.text);
}

static void make_large_file(const char *path)
{
    int descriptor = open(path, O_WRONLY | O_CREAT, 0644);
    assert_int_equal(ftruncate(descriptor, 100 << 20), 0);
    assert_int_equal(pwrite(descriptor, "first\n", 6, 0), 6);
    assert_int_equal(pwrite(descriptor, "last\n", 5, (100 << 20) - 5), 5);
    close(descriptor);
}

static void a_large_file_that_is_cut_short_does_no_harm(void **state)
{
    (void)state;
    struct error error = { 0 };
    make_large_file("large");
    struct file file = read_file("large");
    assert_int_equal(text_size(file.text), 100 << 20);
    assert_int_equal(truncate("large", 4096), 0);
    assert_int_equal(text_byte(file.text, 0), 'f');
    assert_int_equal(text_byte(file.text, (100 << 20) - 2), 0);
    assert_int_equal(text_line_feeds(file.text), 1);
    assert_false(write_file("other", &file, &plainly, &error));
    assert_non_null(
        strstr(error.text, "cannot write other: the file that this text is read from was changed"));
    assert_false(file_detach(file.text));
    text_free(file.text);
}

static void a_detached_text_no_longer_depends_on_its_file(void **state)
{
    (void)state;
    make_large_file("large");
    struct file file = read_file("large");
    assert_true(file_detach(file.text));
    assert_int_equal(truncate("large", 0), 0);
    assert_int_equal(text_byte(file.text, (100 << 20) - 2), 't');
    assert_int_equal(text_line_feeds(file.text), 2);
    text_free(file.text);
}

static void a_large_file_with_two_names_is_written_over_itself(void **state)
{
    (void)state;
    make_large_file("large");
    assert_int_equal(link("large", "again"), 0);
    struct file file = read_file("large");
    type(&file, 0, "new ");
    write_well("large", &file);
    struct file now = read_file("again");
    char start[11] = { 0 }, end[6] = { 0 };
    assert_int_equal(text_size(now.text), (100 << 20) + 4);
    text_read(now.text, 0, start, 10);
    text_read(now.text, (100 << 20) - 1, end, 5);
    assert_string_equal(start, "new first\n");
    assert_string_equal(end, "last\n");
    text_free(file.text);
    text_free(now.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odd_files_come_back_byte_for_byte),
        cmocka_unit_test(an_edit_keeps_the_form),
        cmocka_unit_test(latin1_is_read_when_asked),
        cmocka_unit_test(what_is_no_file_is_refused),
        cmocka_unit_test(links_and_permissions_are_kept),
        cmocka_unit_test(a_file_with_two_names_is_written_in_place),
        cmocka_unit_test(a_failed_write_leaves_the_old_file),
        cmocka_unit_test(a_folder_that_takes_no_file_gets_the_write_in_place),
        cmocka_unit_test(a_foreign_change_is_not_overwritten),
        cmocka_unit_test(a_read_only_file_needs_force),
        cmocka_unit_test(parts_are_written_and_appended),
        cmocka_unit_test(standard_input_is_read_to_its_end),
        cmocka_unit_test(a_large_file_that_is_cut_short_does_no_harm),
        cmocka_unit_test(a_detached_text_no_longer_depends_on_its_file),
        cmocka_unit_test(a_large_file_with_two_names_is_written_over_itself),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
