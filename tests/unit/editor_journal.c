#include "editor/text/journal.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const char folder[] = "state/journals";

static int enter_folder(void **state)
{
    char *place = strdup("/tmp/lacuna-journal-XXXXXX");
    *state = place;
    return mkdtemp(place) && chdir(place) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    char command[200];
    snprintf(command, sizeof command, "rm -rf '%s'", (char *)*state);
    free(*state);
    return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

static struct text *text_of(const char *bytes)
{
    return text_new(bytes, strlen(bytes));
}

/* Writes a file without a thought. */
static void put_file(const char *path, const char *bytes)
{
    FILE *file = fopen(path, "w");
    fputs(bytes, file);
    fclose(file);
}

static struct journal *begin(const char *path, struct text *text)
{
    struct error error = { 0 };
    struct journal *journal = journal_open(folder, path, text, &error);
    if (!journal)
        fail_msg("%s", error.text);
    return journal;
}

static struct text *insert(struct text *text, size_t offset, const char *bytes)
{
    struct text *next = text_replace(text, (struct span){ offset, offset }, bytes, strlen(bytes));
    text_free(text);
    return next;
}

/* From copies of the journals, which no editor has locked: as if every editor had been killed now. */
static void assert_recovered(const char *path, const char *bytes)
{
    struct error error = { 0 };
    struct recovery recovery;
    assert_int_equal(system("rm -rf copies && cp -rp state/journals copies"), 0);
    if (!journal_recover("copies", path, &recovery, &error))
        fail_msg("%s", error.text);
    char *copy = text_copy(recovery.text, (struct span){ 0, (size_t)-1 });
    assert_string_equal(copy, bytes);
    free(copy);
    recovery_free(&recovery);
}

static enum journal_state look(const char *path)
{
    int owner;
    return journal_look(folder, path, &owner);
}

static size_t journals(void)
{
    size_t count = 0;
    DIR *list = opendir(folder);
    for (struct dirent *entry; (entry = readdir(list));)
        count += entry->d_name[0] != '.';
    closedir(list);
    return count;
}

static void a_lost_text_comes_back(void **state)
{
    (void)state;
    put_file("draft", "one\ntwo\n");
    struct text *text = text_of("one\ntwo\n"), *first = text_keep(text);
    struct journal *journal = begin("draft", text);
    text = insert(text, 4, "and\n");
    journal_note(journal, text);
    assert_true(journal_flush(journal, NULL));
    text = insert(text, 0, "zero\n");
    text = insert(text, text_size(text), "three\n");
    journal_note(journal, text);
    journal_close(journal, true);
    assert_int_equal(look("draft"), JOURNAL_UNSAVED);
    assert_recovered("draft", "zero\none\nand\ntwo\nthree\n");

    struct journal *again = begin("draft", first);
    assert_int_equal(journals(), 2);
    journal_close(again, false);
    assert_int_equal(journals(), 1);
    assert_recovered("draft", "zero\none\nand\ntwo\nthree\n");

    struct recovery recovery;
    assert_true(journal_recover(folder, "draft", &recovery, NULL));
    assert_int_equal(unlink(recovery.journal), 0);
    recovery_free(&recovery);
    assert_int_equal(look("draft"), JOURNAL_NONE);
    text_free(text);
    text_free(first);
}

static void the_thread_writes_by_itself(void **state)
{
    (void)state;
    put_file("typed", "");
    struct text *text = text_of("");
    struct journal *journal = begin("typed", text);
    for (int i = 0; i < 20; i++) {
        text = insert(text, text_size(text), "word ");
        journal_note(journal, text);
        usleep(10000);
    }
    usleep(1000 * JOURNAL_DELAY_MS + 500000);
    pid_t child = fork();
    if (child == 0)
        _exit(look("typed") == JOURNAL_BUSY ? 0 : 1);
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    struct error error = { 0 };
    assert_false(journal_failed(journal, &error));
    char command[200];
    snprintf(command, sizeof command, "grep -q 'word word' %s/typed-*.journal", folder);
    assert_int_equal(system(command), 0);
    journal_close(journal, false);
    assert_int_equal(journals(), 0);
    text_free(text);
}

static void undo_is_a_state_that_is_known(void **state)
{
    (void)state;
    put_file("undone", "base\n");
    struct text *base = text_of("base\n"), *first = insert(text_keep(base), 0, "1"),
                *second = insert(text_keep(first), 0, "2");
    struct text *order[] = { first, second, first, base, second, first };
    struct journal *journal = begin("undone", base);
    for (size_t i = 0; i < 6; i++) {
        journal_note(journal, order[i]);
        assert_true(journal_flush(journal, NULL));
    }
    journal_close(journal, true);
    assert_recovered("undone", "1base\n");
    journal = begin("undone", base);
    journal_note(journal, second);
    assert_true(journal_flush(journal, NULL));
    journal_note(journal, base);
    journal_close(journal, true);
    text_free(base);
    text_free(first);
    text_free(second);
    char command[200];
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

static void a_save_begins_the_journal_again(void **state)
{
    (void)state;
    put_file("saved", "old\n");
    struct text *text = text_of("old\n");
    struct journal *journal = begin("saved", text);
    text = insert(text, 0, "new ");
    assert_true(journal_saving(journal, text, NULL));
    assert_recovered("saved", "new old\n");
    put_file("saved", "new old\n");
    assert_recovered("saved", "new old\n");
    struct text *later = insert(text_keep(text), 0, "very ");
    journal_note(journal, later);
    assert_true(journal_flush(journal, NULL));
    assert_recovered("saved", "very new old\n");
    assert_true(journal_saved(journal, text, NULL));
    struct error error = { 0 };
    struct recovery recovery;
    assert_false(journal_recover(folder, "saved", &recovery, &error));
    journal_note(journal, later);
    journal_close(journal, true);
    assert_recovered("saved", "very new old\n");
    put_file("saved", "another\n");
    assert_false(journal_recover(folder, "saved", &recovery, &error));
    assert_non_null(strstr(error.text, "saved was changed since its recovery journal was written"));
    text_free(text);
    text_free(later);
}

static void a_missing_last_line_feed_does_no_harm(void **state)
{
    (void)state;
    put_file("bare", "no end");
    struct text *text = text_of("no end\n");
    struct journal *journal = begin("bare", text);
    text = insert(text, 0, "still ");
    journal_note(journal, text);
    journal_close(journal, true);
    assert_recovered("bare", "still no end\n");
    text_free(text);
}

static void open_holes_wait_for_the_next_opening(void **state)
{
    (void)state;
    put_file("masked", "the old man\n");
    struct text *text = text_of("the old man\n");
    struct journal *journal = begin("masked", text);
    struct journal_hole hole = { { 4, 7 }, "formal" }, *holes;
    size_t count;
    journal_set_holes(journal, &hole, 1);
    journal_close(journal, false);
    assert_int_equal(look("masked"), JOURNAL_HOLES);
    assert_true(journal_holes(folder, "masked", text, &holes, &count));
    assert_int_equal(count, 1);
    assert_int_equal(holes[0].span.start, 4);
    assert_int_equal(holes[0].span.end, 7);
    assert_string_equal(holes[0].note, "formal");
    journal_holes_free(holes, count);
    journal = begin("masked", text);
    journal_close(journal, false);
    assert_int_equal(look("masked"), JOURNAL_HOLES);
    journal = begin("masked", text);
    journal_set_holes(journal, NULL, 0);
    journal_close(journal, false);
    assert_int_equal(look("masked"), JOURNAL_NONE);
    text_free(text);
}

static void two_editors_see_each_other(void **state)
{
    (void)state;
    int ready[2], done[2], owner, status;
    char byte;
    put_file("shared", "text\n");
    assert_int_equal(pipe(ready) | pipe(done), 0);
    pid_t child = fork();
    if (child == 0) {
        struct text *text = text_of("text\n");
        struct journal *journal = begin("shared", text);
        close(done[1]);
        if (write(ready[1], "x", 1) == 1 && read(done[0], &byte, 1) == 0)
            journal_close(journal, false);
        _exit(0);
    }
    close(done[0]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(symlink("shared", "alias"), 0);
    assert_int_equal(journal_look(folder, "alias", &owner), JOURNAL_BUSY);
    assert_int_equal(owner, child);
    close(done[1]);
    waitpid(child, &status, 0);
    assert_int_equal(look("shared"), JOURNAL_NONE);
}

/* Whether this process still maps a file of that name. */
static bool maps(const char *name)
{
    char line[4096];
    bool found = false;
    FILE *list = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, list))
        found = found || strstr(line, name);
    fclose(list);
    return found;
}

static void an_edited_text_no_longer_depends_on_its_file(void **state)
{
    (void)state;
    struct file file;
    int descriptor = open("large", O_WRONLY | O_CREAT, 0644);
    assert_int_equal(
        ftruncate(descriptor, 100 << 20) | (int)(pwrite(descriptor, "end\n", 4, (100 << 20) - 4) - 4), 0);
    close(descriptor);
    assert_true(file_read("large", NULL, &file, NULL));
    struct journal *journal = begin("large", file.text);
    struct text *text = insert(text_keep(file.text), 0, "new\n");
    journal_note(journal, text);
    assert_true(maps("/large"));
    for (int tries = 0; tries < 300 && maps("/large"); tries++)
        usleep(100000);
    assert_true(journal_flush(journal, NULL));
    assert_int_equal(truncate("large", 0), 0);
    assert_int_equal(text_byte(text, text_size(text) - 2), 'd');
    struct error error = { "" };
    assert_false(journal_failed(journal, &error));
    journal_close(journal, false);
    text_free(text);
    text_free(file.text);
}

/* Types numbered words until it is killed; tells by a pipe which are synced. */
static void type_until_killed(int out)
{
    struct text *text = text_of("start\n");
    struct journal *journal = begin("killed", text);
    char word[32];
    for (unsigned i = 0;; i++) {
        snprintf(word, sizeof word, "%u ", i);
        text = insert(text, text_size(text), word);
        journal_note(journal, text);
        if (i % 3 == 0 && (!journal_flush(journal, NULL) || write(out, &i, sizeof i) != sizeof i))
            _exit(1);
    }
}

static void a_kill_at_any_moment_loses_nothing_that_was_synced(void **state)
{
    (void)state;
    char *rounds = getenv("LACUNA_ROUNDS");
    put_file("killed", "start\n");
    for (int round = 0; round < (rounds ? atoi(rounds) : 15); round++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0) {
            close(ends[0]);
            type_until_killed(ends[1]);
        }
        close(ends[1]);
        usleep(15000 + (useconds_t)(round * 7919 % 20000));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        unsigned synced = 0, number;
        bool any = false;
        while (read(ends[0], &number, sizeof number) == sizeof number) {
            synced = number;
            any = true;
        }
        close(ends[0]);
        struct recovery recovery;
        bool found = journal_recover(folder, "killed", &recovery, NULL);
        if (found)
            unlink(recovery.journal);
        if (!any) {
            recovery_free(&recovery);
            continue;
        }
        assert_true(found);
        char *copy = text_copy(recovery.text, (struct span){ 0, (size_t)-1 }), last[32];
        snprintf(last, sizeof last, "%s%u ", synced ? " " : "\n", synced);
        assert_non_null(strstr(copy, last));
        free(copy);
        recovery_free(&recovery);
    }
}

static void a_damaged_journal_counts_up_to_the_damage(void **state)
{
    (void)state;
    char command[300];
    put_file("torn", "base\n");
    struct text *text = text_of("base\n");
    struct journal *journal = begin("torn", text);
    text = insert(text, 0, "first ");
    journal_note(journal, text);
    journal_flush(journal, NULL);
    text = insert(text, 0, "second ");
    journal_note(journal, text);
    journal_close(journal, true);
    assert_recovered("torn", "second first base\n");
    snprintf(command, sizeof command, "truncate -s -1 %s/torn-*.journal", folder);
    assert_int_equal(system(command), 0);
    assert_recovered("torn", "first base\n");
    snprintf(command, sizeof command, "printf junkjunkjunkjunkjunkjunkjunk >>$(ls %s/torn-*)", folder);
    assert_int_equal(system(command), 0);
    assert_recovered("torn", "first base\n");
    text_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lost_text_comes_back),
        cmocka_unit_test(the_thread_writes_by_itself),
        cmocka_unit_test(undo_is_a_state_that_is_known),
        cmocka_unit_test(a_save_begins_the_journal_again),
        cmocka_unit_test(a_missing_last_line_feed_does_no_harm),
        cmocka_unit_test(open_holes_wait_for_the_next_opening),
        cmocka_unit_test(two_editors_see_each_other),
        cmocka_unit_test(an_edited_text_no_longer_depends_on_its_file),
        cmocka_unit_test(a_kill_at_any_moment_loses_nothing_that_was_synced),
        cmocka_unit_test(a_damaged_journal_counts_up_to_the_damage),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
